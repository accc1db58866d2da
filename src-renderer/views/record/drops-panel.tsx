import { type DropCause, dropCauseNames, dropCauses } from '../../../src-main/contract/drop-causes.js';
import type { Snapshot } from '../../../src-main/contract/snapshot.js';
import { formatCount } from '../../../src-main/format/number.js';
import { Icon } from '../../controls/icon.js';
import { Panel } from '../../controls/panel.js';
import { lossesOf } from '../../derive/losses.js';
import { useTelemetryValues } from '../../model/model-context.js';

/** What of the received frames is in no file, and why. */
export function DropsPanel(): React.JSX.Element {
  const { lost, missed, hasStreams, ...counts } = useTelemetryValues(({ snapshot }) => countsOf(snapshot));
  const aside = !hasStreams ? null : lost === 0 ? (
    <span className="health health--good">
      <Icon name="check" />
      nothing lost
    </span>
  ) : (
    <span className="health health--bad">
      <Icon name="error" />
      {formatCount(lost)} lost
    </span>
  );
  return (
    <Panel title="Drops by cause" aside={aside} scrolls>
      <dl className="drops">
        {dropCauseNames.map((cause) => {
          const { label, explanation, isLoss, isPartOfTake } = dropCauses[cause];
          const count = counts[cause];
          const tone = count === 0 ? 'none' : isLoss ? 'loss' : 'intended';
          return (
            <div key={cause} className={`drop drop--${tone}`} title={explanation}>
              <dt>
                {label}
                {!isLoss && isPartOfTake && <span className="drop__note">by design</span>}
              </dt>
              <dd>{formatCount(count)}</dd>
            </div>
          );
        })}
        <div
          className={`drop drop--${missed === 0 ? 'none' : 'intended'}`}
          title="Frames that never reached this machine, inferred from gaps in their timestamps."
        >
          <dt>Lost on the network</dt>
          <dd>{formatCount(missed)}</dd>
        </div>
      </dl>
    </Panel>
  );
}

const noDrops = Object.fromEntries(dropCauseNames.map((cause) => [cause, 0])) as Record<DropCause, number>;

function countsOf(
  snapshot: Snapshot | null,
): Readonly<Record<DropCause, number>> & { lost: number; missed: number; hasStreams: boolean } {
  if (snapshot === null) return { ...noDrops, lost: 0, missed: 0, hasStreams: false };
  const { byCause, lostFrames, missedFrames } = lossesOf(snapshot);
  return { ...byCause, lost: lostFrames, missed: missedFrames, hasStreams: snapshot.sinks.length > 0 };
}
