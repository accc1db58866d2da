import { useState } from 'react';
import { type Fault, faultSchema } from '../../../src-main/contract/faults.js';
import type { Snapshot } from '../../../src-main/contract/snapshot.js';
import { formatBytes } from '../../../src-main/format/bytes.js';
import { formatQuantity } from '../../../src-main/format/number.js';
import { unboundedStopTexts } from '../../../src-main/format/unbounded-text.js';
import { Button } from '../../controls/button.js';
import { Dialog } from '../../controls/dialog.js';
import { Field } from '../../controls/field.js';
import { Bar } from '../../controls/meter.js';
import { Panel } from '../../controls/panel.js';
import { useDisabledReason, useModel, useSession, useTelemetry } from '../../model/model-context.js';

/** What is being asked before it starts; a real room is asked about apart. */
type Question = 'start' | 'realRoom' | null;

/** The same take without caps, beside the one with: what the caps are for. */
export function UnboundedPanel(): React.JSX.Element {
  const model = useModel();
  const [megabytes, setMegabytes] = useState('2000');
  const [seconds, setSeconds] = useState('60');
  const [asks, setAsks] = useState<Question>(null);
  const snapshot = useTelemetry((shown) => shown.snapshot);
  const isDemo = useSession(({ console }) => console?.source?.kind === 'demo');
  const disabledReason = useDisabledReason('startFault');
  const isBusy = useSession((state) => state.pending.has('startFault'));
  const active = useSession(({ console }) => console?.faults.find(({ fault }) => fault.name === 'unbounded'));
  const parsed = faultSchema.safeParse({
    name: 'unbounded',
    stopAtMegabytes: numberOf(megabytes),
    seconds: numberOf(seconds),
  });
  const problemOf = (key: string): string | null =>
    parsed.error?.issues.find(({ path }) => path[0] === key)?.message ?? null;
  const start = (fault: Fault | undefined, isConfirmed: boolean): void => {
    setAsks(null);
    if (fault !== undefined) void model.startFault(fault, isConfirmed);
  };
  return (
    <Panel title="Unbounded (unsafe)">
      <p className="lab__text">
        Records the same participants again without caps, in a separate process. Then stall ffmpeg or the disk
        (Faults) and compare.
      </p>
      <form
        className="faults__form unbounded__form"
        onSubmit={(event) => {
          event.preventDefault();
          if (parsed.success && disabledReason === null && active === undefined) setAsks('start');
        }}
      >
        <Field
          label="Stop at, MB"
          name="stopAtMegabytes"
          value={megabytes}
          problem={problemOf('stopAtMegabytes')}
          onChange={setMegabytes}
        />
        <Field
          label="Seconds"
          name="unboundedSeconds"
          value={seconds}
          problem={problemOf('seconds')}
          onChange={setSeconds}
        />
        {active === undefined ? (
          <Button
            label="Start without caps"
            icon="warning"
            variant="danger"
            type="submit"
            disabledReason={disabledReason ?? (parsed.success ? null : 'A value is not valid.')}
            isBusy={isBusy}
          />
        ) : (
          <Button label="Stop" icon="stop" onPress={() => void model.stopFault(active.id)} />
        )}
      </form>
      {snapshot !== null && <SideBySide snapshot={snapshot} />}
      {asks === 'start' && (
        <Dialog title="Record without caps?" onClose={() => setAsks(null)}>
          <p className="dialog__text">
            A second recorder without caps runs beside the take, in a separate process, for {seconds} s. When
            ffmpeg or the disk falls behind, its memory grows until it stops at {megabytes} MB, or at half of
            the free memory if that is less. Its files are deleted.
          </p>
          <p className="dialog__text">
            It uses CPU that the take may need. On a small machine it records fewer participants.
          </p>
          <footer className="dialog__footer">
            <Button label="Cancel" onPress={() => setAsks(null)} />
            <Button
              label="Start without caps"
              variant="danger"
              onPress={() => (isDemo ? start(parsed.data, false) : setAsks('realRoom'))}
            />
          </footer>
        </Dialog>
      )}
      {asks === 'realRoom' && (
        <Dialog title="Run beside a real take?" onClose={() => setAsks(null)}>
          <p className="dialog__text">
            This is not the demo room. The take may lose frames while both recorders share this machine, and
            it cannot be repeated.
          </p>
          <footer className="dialog__footer">
            <Button label="Cancel" onPress={() => setAsks(null)} />
            <Button label="Start anyway" variant="danger" onPress={() => start(parsed.data, true)} />
          </footer>
        </Dialog>
      )}
    </Panel>
  );
}

/** Both recorders on one scale, that of the larger limit. */
function SideBySide({ snapshot }: { readonly snapshot: Snapshot }): React.JSX.Element | null {
  const { unbounded, memory, sinks } = snapshot;
  if (unbounded === null) return null;
  const { state, stopReason, rssBytes, peakRssBytes, stopAtBytes, queuedFrames, people, ofPeople } =
    unbounded;
  const scale = Math.max(stopAtBytes, memory.budgetBytes ?? 0);
  const waiting = sinks.reduce((sum, { video }) => sum + (video?.queuedFrames ?? 0), 0);
  return (
    <div className="unbounded" role="group" aria-label="Both recorders">
      <Side
        label="With caps"
        bytes={memory.rssBytes}
        scale={scale}
        notes={[
          `${formatQuantity(waiting, 'frame')} queued`,
          memory.budgetBytes === null ? '' : `budget ${formatBytes(memory.budgetBytes)}`,
        ]}
      />
      <Side
        label="Without caps"
        kind="unbounded"
        bytes={state === 'running' ? rssBytes : peakRssBytes}
        scale={scale}
        notes={[
          `${formatQuantity(queuedFrames, 'frame')} queued`,
          `safety stop at ${formatBytes(stopAtBytes)}`,
        ]}
      />
      <p className="unbounded__state" role="status">
        {stopReason === null
          ? 'Running'
          : `Ended: ${unboundedStopTexts[stopReason]}, peak ${formatBytes(peakRssBytes)}`}
        {people < ofPeople && `; recording ${people} of ${ofPeople} participants on this small machine`}
      </p>
    </div>
  );
}

interface SideProps {
  readonly label: string;
  readonly kind?: 'bounded' | 'unbounded';
  readonly bytes: number;
  readonly scale: number;
  readonly notes: readonly string[];
}

function Side({ label, kind = 'bounded', bytes, scale, notes }: SideProps): React.JSX.Element {
  return (
    <div className="unbounded__side">
      <p className="unbounded__label">
        <span className={`unbounded__sign unbounded__sign--${kind}`} aria-hidden="true" />
        {label}
      </p>
      <p className="unbounded__bytes">{formatBytes(bytes)}</p>
      <Bar label={`${label}, memory`} value={bytes} cap={scale} text={formatBytes(bytes)} />
      {notes.map((note) => (
        <p key={note} className="quiet">
          {note}
        </p>
      ))}
    </div>
  );
}

function numberOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}
