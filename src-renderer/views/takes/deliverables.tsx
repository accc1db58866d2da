import type { TakeEntry } from '../../../src-main/contract/takes.js';
import { formatPercent } from '../../../src-main/format/number.js';
import { formatDuration } from '../../../src-main/format/time.js';
import { Button } from '../../controls/button.js';
import { busyReason } from '../../derive/take-access.js';
import { useConsole, useDisabledReason, useModel } from '../../model/model-context.js';

/** Makes MP4 files of a take that has others; nothing for one that is MP4. */
export function MakeMp4Button({ entry }: { readonly entry: TakeEntry }): React.JSX.Element | null {
  const { takes } = useModel();
  const notNow = useDisabledReason('deliverTake');
  const { condition, files, takeName } = entry;
  const isOther = files.some(({ file }) => !/\.(?:mp4|m4a)$/i.test(file));
  if (!isOther) return null;
  return (
    <Button
      label="Make MP4"
      icon="download"
      disabledReason={condition === 'interrupted' ? 'Recover it first.' : (busyReason(condition) ?? notNow)}
      onPress={() => void takes.deliver(takeName)}
    />
  );
}

/** How far the MP4 files of a take are, or which there are. */
export function Deliverables({ entry }: { readonly entry: TakeEntry }): React.JSX.Element | null {
  const { session } = useModel();
  const delivery = useConsole((state) => state.delivery ?? null, null);
  if (delivery?.takeName === entry.takeName) {
    const { file, files, fraction, leftMs, number } = delivery;
    const which = files > 1 ? ` (${number} of ${files})` : '';
    return (
      <div className="verification" role="status">
        <progress className="progress" max={1} value={fraction} aria-label="Making MP4" />
        <span>
          {file === '' ? 'Making MP4' : `Making ${file}${which}`}, {formatPercent(fraction)}
          {leftMs !== null && `, about ${formatDuration(leftMs)} left`}. The originals stay as they are.
        </span>
        <Button label="Cancel MP4" onPress={() => void session.run('cancelDelivery', {})} />
      </div>
    );
  }
  const { deliverables = [] } = entry;
  if (deliverables.length === 0) return null;
  return <p className="take-details__path">MP4 made of it, in its folder: {deliverables.join(', ')}</p>;
}
