import { droppedFrames, unaccountedFrames } from '../../../src-main/contract/drop-causes.js';
import type { SinkSnapshot, Snapshot } from '../../../src-main/contract/snapshot.js';
import { formatBytes } from '../../../src-main/format/bytes.js';
import { formatCount } from '../../../src-main/format/number.js';
import { Button } from '../../controls/button.js';
import { Icon } from '../../controls/icon.js';
import { Bar } from '../../controls/meter.js';
import { Panel } from '../../controls/panel.js';
import { useModel, useSession, useTelemetry } from '../../model/model-context.js';
import { MemoryPanel } from '../record/memory/memory-panel.js';
import { type BufferReading, buffersOf } from './buffers.js';
import { FaultsPanel } from './faults-panel.js';
import { ShowPanel } from './show-panel.js';
import { SoakPanel } from './soak-panel.js';
import { UnboundedPanel } from './unbounded-panel.js';

/** What a fault does to memory is seen beside it while it runs; below, every number of the engine. */
export function LabView(): React.JSX.Element {
  const model = useModel();
  const snapshot = useTelemetry((shown) => shown.snapshot);
  const isExporting = useSession((state) => state.pending.has('exportTelemetry'));
  return (
    <div className="lab">
      <div className="lab__main">
        <MemoryPanel />
        <Panel title="Buffers and caps" className="lab__buffers" scrolls>
          {snapshot === null ? (
            <p className="quiet">Waiting for the first numbers…</p>
          ) : (
            <Buffers snapshot={snapshot} />
          )}
        </Panel>
        <div className="lab__runs">
          <SoakPanel />
          <Panel title="Session telemetry">
            <p className="lab__text">NDJSON, a snapshot or event per line. A take’s folder holds its own.</p>
            <Button
              label="Export telemetry"
              icon="download"
              shortcut="export"
              showsKeys
              isBusy={isExporting}
              onPress={() => void model.exportTelemetry()}
            />
          </Panel>
        </div>
      </div>
      <div className="lab__side">
        <ShowPanel />
        <FaultsPanel />
        <UnboundedPanel />
        <Panel title="Frame accounting" scrolls className="lab__accounts">
          <p className="quiet">received = written + dropped + queued</p>
          <FrameAccounting sinks={snapshot?.sinks ?? []} />
        </Panel>
      </div>
    </div>
  );
}

function Buffers({ snapshot }: { readonly snapshot: Snapshot }): React.JSX.Element {
  return (
    <table className="buffers">
      <thead>
        <tr>
          <th scope="col">Stream</th>
          <th scope="col">Buffer</th>
          <th scope="col" className="buffers__number">
            Now
          </th>
          <th scope="col" className="buffers__number">
            Peak
          </th>
          <th scope="col" className="buffers__number">
            Cap
          </th>
          <th scope="col" className="buffers__bar">
            Fill
          </th>
        </tr>
      </thead>
      <tbody>
        {buffersOf(snapshot).map((reading) => (
          <BufferLine key={reading.key} reading={reading} />
        ))}
      </tbody>
    </table>
  );
}

const warnShare = 2 / 3;

function BufferLine({ reading }: { readonly reading: BufferReading }): React.JSX.Element {
  const { owner, buffer, value, peak, cap, boundedBy = '', isOftenFull = false, format } = reading;
  const highest = Math.max(value ?? 0, peak ?? 0);
  const isCalm = isOftenFull || cap === null || highest <= cap * warnShare;
  const tone = isCalm ? 'neutral' : highest < cap ? 'warning' : 'error';
  return (
    <tr>
      <th scope="row">{owner}</th>
      <td>{buffer}</td>
      <td className="buffers__number">{format(value)}</td>
      <td className="buffers__number">{peak === null ? '' : format(peak)}</td>
      <td className="buffers__number">{cap === null ? boundedBy : format(cap)}</td>
      <td className="buffers__bar">
        {cap !== null && (
          <Bar
            label={`${owner}, ${buffer}`}
            value={value ?? 0}
            peak={highest}
            cap={cap}
            tone={tone}
            text={`${format(value)} of ${format(cap)}`}
          />
        )}
      </td>
    </tr>
  );
}

function FrameAccounting({ sinks }: { readonly sinks: readonly SinkSnapshot[] }): React.JSX.Element {
  if (sinks.length === 0) return <p className="quiet">The counts of each stream appear while a take runs.</p>;
  const streams = sinks.flatMap(({ file, video, audio, writtenBytes }) => [
    ...(video === null ? [] : [{ file, medium: 'video', accounting: video.accounting, writtenBytes }]),
    { file, medium: 'audio', accounting: audio.accounting, writtenBytes: null },
  ]);
  return (
    <table className="accounts">
      <thead>
        <tr>
          <th scope="col">Stream</th>
          {['Received', 'Written', 'Dropped', 'Queued'].map((count) => (
            <th key={count} scope="col" className="buffers__number">
              {count}
            </th>
          ))}
          <th scope="col">Balance</th>
        </tr>
      </thead>
      <tbody>
        {streams.map(({ file, medium, accounting, writtenBytes }) => {
          const missing = unaccountedFrames(accounting);
          return (
            <tr key={`${file}:${medium}`}>
              <th scope="row">
                {file}{' '}
                <span className="queue__medium">
                  {medium}
                  {writtenBytes !== null && ` · ${formatBytes(writtenBytes)}`}
                </span>
              </th>
              <td className="buffers__number">{formatCount(accounting.received)}</td>
              <td className="buffers__number">{formatCount(accounting.written)}</td>
              <td className="buffers__number">{formatCount(droppedFrames(accounting.dropped))}</td>
              <td className="buffers__number">{formatCount(accounting.queued)}</td>
              <td>
                <span className={missing === 0 ? 'health health--good' : 'health health--bad'}>
                  <Icon name={missing === 0 ? 'check' : 'error'} />
                  {missing === 0 ? 'Balanced' : `${formatCount(missing)} missing`}
                </span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
