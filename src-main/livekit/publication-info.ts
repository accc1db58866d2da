import type { RemoteParticipant, RemoteTrackPublication } from '@livekit/rtc-node';
import { TrackKind, TrackSource } from '@livekit/rtc-node';
import { hasKeyFor, type MediaKeys } from '../contract/media-keys.js';
import type { PublicationInfo, TrackRole } from './remote-track.js';

const roles: Partial<Record<TrackSource, TrackRole>> = {
  [TrackSource.SOURCE_CAMERA]: 'camera',
  [TrackSource.SOURCE_MICROPHONE]: 'microphone',
  [TrackSource.SOURCE_SCREENSHARE]: 'screenShare',
  [TrackSource.SOURCE_SCREENSHARE_AUDIO]: 'screenShareAudio',
};

/** Reads what matters of the SDK's publication, at this moment. @param keys what decrypts the room's media */
export function publicationInfo(
  publication: RemoteTrackPublication,
  participant: RemoteParticipant,
  keys: MediaKeys | null = null,
): PublicationInfo {
  const kind = publication.kind === TrackKind.KIND_VIDEO ? 'video' : 'audio';
  const { width, height } = publication;
  // 0 is EncryptionType.NONE.
  const isEncrypted = (publication.encryptionType ?? 0) !== 0;
  const declaredRole = roles[publication.source ?? TrackSource.SOURCE_UNKNOWN];
  return {
    trackSid: publication.sid ?? '',
    identity: participant.identity,
    participantName: participant.name ?? '',
    // A track of unknown source (ingress, SIP, agents) is taken for the participant's own.
    role: declaredRole ?? (kind === 'video' ? 'camera' : 'microphone'),
    isRoleDeclared: declaredRole !== undefined,
    name: publication.name ?? '',
    kind,
    declaredSize:
      width !== undefined && height !== undefined && width > 0 && height > 0 ? { width, height } : null,
    isSimulcast: publication.simulcasted ?? false,
    isMuted: publication.muted ?? false,
    isEncrypted,
    needsKey: isEncrypted && !hasKeyFor(keys, participant.identity),
  };
}
