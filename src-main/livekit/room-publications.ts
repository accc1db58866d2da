import type { Room } from '@livekit/rtc-node';
import type { MediaKeys } from '../contract/media-keys.js';
import type { PublicationInfo } from './publication-info.js';
import { publicationInfo } from './publication-info.js';

/** Everything that is published in a room, and whether it is subscribed. @param keys what decrypts its media */
export function publicationsOf(
  room: Room | null,
  keys: MediaKeys | null,
  find: (trackSid: string) => { readonly isMuted: boolean } | undefined,
): (PublicationInfo & { readonly isSubscribed: boolean })[] {
  return [...(room?.remoteParticipants.values() ?? [])].flatMap((participant) =>
    [...participant.trackPublications.values()].map((publication) => {
      const info = publicationInfo(publication, participant, keys);
      const track = find(info.trackSid);
      return { ...info, isMuted: track?.isMuted ?? info.isMuted, isSubscribed: track !== undefined };
    }),
  );
}
