import type { TakeEntry } from '../../../src-main/contract/takes.js';
import { formatBytes } from '../../../src-main/format/bytes.js';
import { formatDuration } from '../../../src-main/format/time.js';
import { chooseTakes, groupTakes, participantsOf, shownTitle } from '../../derive/take-list.js';
import { formatClock, formatMoment } from '../../format/clock.js';
import { useModel, useTakes } from '../../model/model-context.js';
import { useWallClock } from '../../model/use-wall-clock.js';
import { ConditionTag, ContentTag, ModeTag, ReplayTag } from './condition-tag.js';

/** One line per take, under the days on which they began. */
export function TakeList({ entries }: { readonly entries: readonly TakeEntry[] }): React.JSX.Element {
  const nowMs = useWallClock();
  const query = useTakes((state) => state.query);
  const order = useTakes((state) => state.order);
  const shown = chooseTakes(entries, query, order);
  if (shown.length === 0) {
    return (
      <p className="quiet quiet--padded" role="status">
        No take holds “{query.trim()}”.
      </p>
    );
  }
  return (
    <div className="take-groups">
      {groupTakes(shown, order, nowMs).map((group) => (
        <section key={group.label} aria-label={group.label === '' ? 'Takes' : group.label}>
          {group.label !== '' && <h3 className="take-groups__day">{group.label}</h3>}
          <ul className="take-list">
            {group.entries.map((entry) => (
              <li key={entry.takeName}>
                <TakeLine entry={entry} moment={momentOf(entry, group.label, nowMs)} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** The day stands above a group of one day. */
function momentOf({ startedAt }: TakeEntry, day: string, nowMs: number): string {
  return day === '' ? formatMoment(startedAt, nowMs) : formatClock(Date.parse(startedAt), false);
}

function TakeLine({
  entry,
  moment,
}: {
  readonly entry: TakeEntry;
  readonly moment: string;
}): React.JSX.Element {
  const { takes } = useModel();
  const selected = useTakes((state) => state.selected);
  const { takeName, title = '', note = '', room, durationMs, sizeBytes, condition, content } = entry;
  const names = participantsOf(entry);
  const people = names.length === 0 ? 'no files' : names.join(', ');
  return (
    <button
      type="button"
      className="take"
      aria-current={takeName === selected || undefined}
      title={note === '' ? takeName : `${takeName}\n${note}`}
      onClick={() => takes.select(takeName)}
      onKeyDown={(event) => {
        const offset = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null;
        if (offset === null) return;
        event.preventDefault();
        takes.step(offset);
        const lines = [...(event.currentTarget.closest('.take-groups')?.querySelectorAll('button') ?? [])];
        lines[lines.indexOf(event.currentTarget) + offset]?.focus();
      }}
    >
      <span className="take__head">
        <span className="take__room">{shownTitle(entry)}</span>
        <span className="stamps">
          <ModeTag entry={entry} />
          <ConditionTag condition={condition} />
          <ReplayTag entry={entry} />
          <ContentTag content={content} />
        </span>
      </span>
      <span className="take__facts">
        <span>{moment}</span>
        <span>{formatDuration(durationMs)}</span>
        <span>{formatBytes(sizeBytes)}</span>
      </span>
      <span className="take__participants">{title === '' ? people : `${room} · ${people}`}</span>
    </button>
  );
}
