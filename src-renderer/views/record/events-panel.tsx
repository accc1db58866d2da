import type { RecorderEvent } from '../../../src-main/contract/snapshot.js';
import { formatTimecode } from '../../../src-main/format/time.js';
import { Icon, type IconName } from '../../controls/icon.js';
import { Panel } from '../../controls/panel.js';
import { runsOf } from '../../derive/event-runs.js';
import { formatClock } from '../../format/clock.js';
import { useTelemetry } from '../../model/model-context.js';

const icons: Readonly<Record<RecorderEvent['level'], IconName>> = {
  info: 'info',
  warning: 'warning',
  error: 'error',
};
/** More than anybody scrolls through; the whole log is in the take's folder. */
const shownRuns = 60;

/** What has happened, the newest first. */
export function EventsPanel(): React.JSX.Element {
  const events = useTelemetry((shown) => shown.events);
  return (
    <Panel title="Events" scrolls>
      {events.length === 0 ? (
        <p className="quiet">Events of the room and the take appear here.</p>
      ) : (
        <ol className="events">
          {runsOf(events, shownRuns).map(({ latest: event, count, identities }, index) => (
            <li key={`${event.at} ${index}`} className={`event event--${event.level}`}>
              <Icon name={icons[event.level]} />
              <time dateTime={event.at} title={formatClock(Date.parse(event.at), true)}>
                {event.takeMs === null
                  ? formatClock(Date.parse(event.at), true)
                  : formatTimecode(event.takeMs)}
              </time>
              <span className="event__message">
                {event.level !== 'info' && <span className="visually-hidden">{event.level}: </span>}
                {identities.length > 0 && `${identities.join(', ')}: `}
                {event.message}
                {count > 1 && <span className="event__count"> × {count}</span>}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
