import type { TakeEntry } from '../../../src-main/contract/takes.js';
import { formatBytes } from '../../../src-main/format/bytes.js';
import { formatPercent, formatQuantity } from '../../../src-main/format/number.js';
import { formatDuration } from '../../../src-main/format/time.js';
import { Button } from '../../controls/button.js';
import { Icon } from '../../controls/icon.js';
import { filesToMake, makeReason, mp4Text, queuedTakes } from '../../derive/delivery.js';
import { useConsole, useModel } from '../../model/model-context.js';

interface MakeMp4ButtonProps {
  readonly entry: TakeEntry;
  readonly size?: 'small';
}

/** Makes MP4 files of a take that has others; nothing for one that is MP4. */
export function MakeMp4Button({ entry, size }: MakeMp4ButtonProps): React.JSX.Element | null {
  const { takes } = useModel();
  const reason = useConsole((state) => makeReason(entry, state), null);
  if (filesToMake(entry).length === 0) return null;
  return (
    <Button
      label="Make MP4"
      icon="download"
      {...(size !== undefined && { size })}
      disabledReason={reason}
      onPress={() => takes.askToDeliver(entry.takeName)}
    />
  );
}

/** How far the MP4 files of a take are, which there are, and what could not be made. */
export function Deliverables({ entry }: { readonly entry: TakeEntry }): React.JSX.Element | null {
  const { takeName, deliverables = [] } = entry;
  const delivery = useConsole((state) => state.delivery ?? null, null);
  const waitsFor = useConsole(
    (state) => queuedTakes(state).find((one) => one.takeName === takeName)?.ahead ?? null,
    null,
  );
  if (delivery?.takeName === takeName) return <Making delivery={delivery} />;
  if (waitsFor !== null) {
    return (
      <div className="verification" role="status">
        <span>
          MP4 files wait for their turn
          {waitsFor === 0 ? '' : `, after ${formatQuantity(waitsFor, 'other take')}`}.
        </span>
        <CancelButton takeName={takeName} />
      </div>
    );
  }
  const [first] = deliverables;
  return (
    <>
      <NotMade takeName={takeName} />
      {first !== undefined && (
        <p className="take-details__path">
          MP4 made of it, in its folder, {mp4Text(first.settings)}:{' '}
          {deliverables.map(({ file, sizeBytes }) => `${file} (${formatBytes(sizeBytes)})`).join(', ')}
        </p>
      )}
    </>
  );
}

function Making({
  delivery: { file, files, fraction, leftMs, number, settings, takeName },
}: {
  readonly delivery: NonNullable<Parameters<typeof queuedTakes>[0]['delivery']>;
}): React.JSX.Element {
  const which = files > 1 ? ` (${number} of ${files})` : '';
  return (
    <div className="verification" role="status">
      <progress className="progress" max={1} value={fraction} aria-label="Making MP4" />
      <span>
        {file === '' ? 'Making MP4' : `Making ${file}${which}`}, {formatPercent(fraction)}
        {leftMs !== null && `, about ${formatDuration(leftMs)} left`}
        {settings !== undefined && ` (${mp4Text(settings)})`}. The originals stay as they are.
      </span>
      <CancelButton takeName={takeName} />
    </div>
  );
}

function CancelButton({ takeName }: { readonly takeName: string }): React.JSX.Element {
  const { session } = useModel();
  return <Button label="Cancel MP4" onPress={() => void session.run('cancelDelivery', { takeName })} />;
}

/** Why the latest try came to nothing, or not to everything. */
function NotMade({ takeName }: { readonly takeName: string }): React.JSX.Element | null {
  const problems = useConsole(
    ({ endedDeliveries = [] }) =>
      endedDeliveries
        .filter((one) => one.takeName === takeName)
        .slice(-1)
        .flatMap(({ problems }) => problems)
        .join(' '),
    '',
  );
  if (problems === '') return null;
  return (
    <div className="verification verification--warning" role="status">
      <Icon name="warning" />
      <span>Not every MP4 file could be made. {problems}</span>
    </div>
  );
}
