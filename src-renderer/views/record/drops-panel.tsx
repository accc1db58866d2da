import { useMemo } from 'react';
import { Icon } from '../../controls/icon.js';
import { Panel } from '../../controls/panel.js';
import { formatCount } from '../../format/bytes.js';
import { useTelemetry } from '../../model-context.js';
import { dropCauseNames, dropCauses, lossesOf } from '../../stores/losses.js';

/** What of the received frames is in no file, and why. */
export function DropsPanel(): React.JSX.Element {
  const snapshot = useTelemetry((shown) => shown.snapshot);
  const losses = useMemo(() => (snapshot === null ? null : lossesOf(snapshot)), [snapshot]);
  const lost = losses?.lostFrames ?? 0;
  const hasStreams = (snapshot?.sinks.length ?? 0) > 0;
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
          const { label, explanation, isLoss } = dropCauses[cause];
          const count = losses?.byCause[cause] ?? 0;
          const tone = count === 0 ? 'none' : isLoss ? 'loss' : 'intended';
          return (
            <div key={cause} className={`drop drop--${tone}`} title={explanation}>
              <dt>
                {label}
                {!isLoss && <span className="drop__note">intended</span>}
              </dt>
              <dd>{formatCount(count)}</dd>
            </div>
          );
        })}
        <div
          className={`drop drop--${(losses?.missedFrames ?? 0) === 0 ? 'none' : 'intended'}`}
          title="Pictures that were lost on the way to this machine, as their timestamps tell."
        >
          <dt>Never arrived</dt>
          <dd>{formatCount(losses?.missedFrames ?? 0)}</dd>
        </div>
      </dl>
    </Panel>
  );
}
