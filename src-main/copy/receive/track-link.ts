import type { MediaSession } from './media-session.js';
import type { TrackLink } from './track-receiver.js';

/** How a track reaches the connection that stands when it needs it. @param media null between two */
export function linkTo(
  media: () => MediaSession | null,
  told: Pick<TrackLink, 'isForbidden' | 'onWithheld'>,
): TrackLink {
  return {
    ...told,
    sender: () => media()?.sender ?? 0,
    sendRtcp: (packet) => media()?.sendRtcp(packet),
    nowMs: () => performance.now(),
    brokenLine: () => media()?.broken ?? null,
  };
}
