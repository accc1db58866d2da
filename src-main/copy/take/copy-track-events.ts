import { roleWords } from '../../contract/track-roles.js';
import type { PublicationInfo } from '../../livekit/publication-info.js';
import type { EventReporter } from '../../telemetry/event-reporter.js';

/** What happens to a track that is received, by the names that the room's own session has for it. */
const events = {
  came: { name: 'trackSubscribed', what: 'is recorded as it is sent' },
  ended: { name: 'trackUnsubscribed', what: 'ended' },
  muted: { name: 'trackMuted', what: 'was muted' },
  unmuted: { name: 'trackUnmuted', what: 'was unmuted' },
} as const;

/** Says what has happened to a track. */
export function tellTrack(
  report: EventReporter,
  { identity, role, trackSid }: PublicationInfo,
  event: keyof typeof events,
): void {
  const { name, what } = events[event];
  report.info(name, `The ${roleWords[role]} of ${identity} ${what}.`, identity, { trackSid });
}
