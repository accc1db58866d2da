import type { Room } from '@livekit/rtc-node';
import type { MediaKeys } from '../contract/media-keys.js';
import type { PublicationInfo } from './publication-info.js';
import { publicationInfo } from './publication-info.js';

/** Something that is published, and what comes of it. */
export type SubscribablePublication = PublicationInfo & {
  readonly isSubscribed: boolean;
  /** As {@link SubscribedTrack.isDelivering}. */
  readonly isDelivering: boolean;
};

/** What has become of a track of the room; `notReceived` is published and not muted. */
export type TrackState = 'on' | 'delivers' | 'muted' | 'ended' | 'notReceived';

/**
 * What has become of a track.
 *
 * @param publications of the room
 * @param isReceivedElsewhere whether it is subscribed here says nothing of it
 */
export function trackStateIn(
  publications: readonly (Pick<SubscribablePublication, 'trackSid' | 'isMuted' | 'isSubscribed'> &
    Partial<Pick<SubscribablePublication, 'isDelivering'>>)[],
  trackSid: string,
  isReceivedElsewhere: boolean,
): TrackState {
  const publication = publications.find((one) => one.trackSid === trackSid);
  if (publication === undefined) return 'ended';
  if (publication.isMuted) return 'muted';
  if (isReceivedElsewhere) return 'on';
  if (!publication.isSubscribed) return 'notReceived';
  return publication.isDelivering === true ? 'delivers' : 'on';
}

/**
 * Everything that is published in a room, and whether it is subscribed; of somebody in the order in which it was announced.
 *
 * @param keys what decrypts its media
 * @param missing those that were waited for in vain
 */
export function publicationsOf(
  room: Room | null,
  keys: MediaKeys | null,
  find: (trackSid: string) => { readonly isMuted: boolean; readonly isDelivering: boolean } | undefined,
  missing: readonly { readonly info: Pick<PublicationInfo, 'trackSid'> }[] = [],
): SubscribablePublication[] {
  const missed = new Set(missing.map(({ info }) => info.trackSid));
  return [...(room?.remoteParticipants.values() ?? [])].flatMap((participant) =>
    [...participant.trackPublications.values()].map((publication) => {
      const info = publicationInfo(publication, participant, keys);
      const track = find(info.trackSid);
      const { isDelivering = false, isMuted = info.isMuted } = track ?? {};
      const isMissing = missed.has(info.trackSid);
      return { ...info, isMuted, isMissing, isDelivering, isSubscribed: track !== undefined };
    }),
  );
}
