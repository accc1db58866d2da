import type { RemoteParticipant, RemoteTrackPublication } from '@livekit/rtc-node';
import { TrackKind, TrackSource } from '@livekit/rtc-node';
import { hasKeyFor, type MediaKeys } from '../contract/media-keys.js';
import type { TrackRole } from '../contract/track-roles.js';

/** A publication as the subscription policy and the consoles see it. */
export interface PublicationInfo {
  readonly trackSid: string;
  readonly identity: string;
  readonly participantName: string;
  readonly role: TrackRole;
  /** Whether the publisher said what it is for; `role` is a guess otherwise. */
  readonly isRoleDeclared: boolean;
  /** What the publisher calls it; may be empty. */
  readonly name: string;
  readonly kind: 'video' | 'audio';
  /** What the publisher declared; simulcast may deliver less. */
  readonly declaredSize: { readonly width: number; readonly height: number } | null;
  /** Sent in several sizes: the first frames may be of a lower one. */
  readonly isSimulcast: boolean;
  readonly isMuted: boolean;
  /** End to end: only who has the key can decrypt it. */
  readonly isEncrypted: boolean;
  /** It is encrypted, and the recorder has no key for it: it is not subscribed. */
  readonly needsKey: boolean;
  /** It was waited for in vain, so that nobody counts on it; left out of one that has just been published. */
  readonly isMissing?: boolean;
}

/** What a track of each source is to its participant; of others nothing is said. */
export const rolesOfSources: Partial<Record<TrackSource, TrackRole>> = {
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
  const declaredRole = rolesOfSources[publication.source ?? TrackSource.SOURCE_UNKNOWN];
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
