import type { Report } from '../../contract/report.js';
import { formatDuration } from '../../format/time.js';
import { number, table, text } from './html-table.js';
import { markup, type SafeMarkup } from './safe-markup.js';

const levelSigns = { info: 'info', warning: '! warning', error: '✗ error' } as const;

/** What happened, in order of time; what has a number has it on the charts as well. */
export function eventsSection({ events, omittedEvents }: Report): SafeMarkup {
  if (events.length === 0) return markup`<p>No events.</p>`;
  return markup`${table(
    'By time; repeats are counted',
    [number('no.'), number('at'), text('kind'), text('event'), text('participant')],
    events.map(({ mark, takeMs, kind, level, message, identity, count, lastTakeMs }) => [
      mark ?? '',
      formatDuration(takeMs),
      kind === 'event'
        ? level === 'info'
          ? 'info'
          : markup`<span class="${level === 'error' ? 'bad' : 'warning'}">${levelSigns[level]}</span>`
        : kind === 'fault'
          ? '▼ fault'
          : 'marker',
      count === 1 ? message : `${message} (${count} times, last at ${formatDuration(lastTakeMs)})`,
      identity ?? '',
    ]),
  )}${omittedEvents === 0 ? null : markup`<p class="soft">${omittedEvents} more ${omittedEvents === 1 ? 'is' : 'are'} in telemetry.ndjson.</p>`}`;
}
