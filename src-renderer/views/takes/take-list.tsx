import type { TakeEntry } from '../../../src-main/contract/takes.js';
import { formatBytes } from '../../../src-main/format/bytes.js';
import { formatDuration } from '../../../src-main/format/time.js';
import { formatMoment } from '../../format/clock.js';
import { useModel } from '../../model/model-context.js';
import { useWallClock } from '../../model/use-wall-clock.js';
import { ConditionTag, ContentTag } from './condition-tag.js';

interface TakeListProps {
  readonly entries: readonly TakeEntry[];
  readonly selected: string | null;
}

/** One line per take, the newest first. */
export function TakeList({ entries, selected }: TakeListProps): React.JSX.Element {
  const { takes } = useModel();
  const nowMs = useWallClock();
  return (
    <ul className="take-list">
      {entries.map((entry) => {
        const { takeName, room, startedAt, durationMs, sizeBytes, condition, content } = entry;
        const names = participantsOf(entry);
        return (
          <li key={takeName}>
            <button
              type="button"
              className="take"
              aria-current={takeName === selected || undefined}
              title={takeName}
              onClick={() => takes.select(takeName)}
              onKeyDown={(event) => {
                const offset = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null;
                if (offset === null) return;
                event.preventDefault();
                takes.step(offset);
                const line = event.currentTarget.parentElement;
                const next = offset === 1 ? line?.nextElementSibling : line?.previousElementSibling;
                next?.querySelector('button')?.focus();
              }}
            >
              <span className="take__head">
                <span className="take__room">{room}</span>
                <span className="stamps">
                  <ConditionTag condition={condition} />
                  <ContentTag content={content} />
                </span>
              </span>
              <span className="take__facts">
                <span>{formatMoment(startedAt, nowMs)}</span>
                <span>{formatDuration(durationMs)}</span>
                <span>{formatBytes(sizeBytes)}</span>
              </span>
              <span className="take__people">{names.length === 0 ? 'no files' : names.join(', ')}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Everybody who has a file in the take. */
export function participantsOf({ files }: TakeEntry): string[] {
  return [
    ...new Set(
      files.map(({ participantName, identity }) => (participantName === '' ? identity : participantName)),
    ),
  ];
}
