import type { Room } from '@livekit/rtc-node';
import { type PublicationInfo, publicationInfo } from './remote-track.js';

/** Everything that is published in a room, and whether it is subscribed. */
export function publicationsOf(
  room: Room | null,
  find: (trackSid: string) => { readonly isMuted: boolean } | undefined,
): (PublicationInfo & { readonly isSubscribed: boolean })[] {
  return [...(room?.remoteParticipants.values() ?? [])].flatMap((participant) =>
    [...participant.trackPublications.values()].map((publication) => {
      const info = publicationInfo(publication, participant);
      const track = find(info.trackSid);
      return { ...info, isMuted: track?.isMuted ?? info.isMuted, isSubscribed: track !== undefined };
    }),
  );
}
