import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import { type PublicationInfo, publicationInfo, type TrackRole } from './remote-track.js';

/** The size that a participant declared for a video, whether or not it is subscribed. */
export function declaredSizeOf(
  participant: RemoteParticipant | undefined,
  role: TrackRole,
): PublicationInfo['declaredSize'] {
  if (participant === undefined) return null;
  for (const publication of participant.trackPublications.values()) {
    const info = publicationInfo(publication, participant);
    if (info.role === role) return info.declaredSize;
  }
  return null;
}

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
