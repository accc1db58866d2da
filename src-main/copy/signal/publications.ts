import {
  Encryption_Type,
  type ParticipantInfo,
  ParticipantInfo_State,
  type SubscriptionPermissionUpdate,
  type TrackInfo,
  TrackSource,
  TrackType,
} from '@livekit/protocol';
import type { CopyCodec } from '../contract.js';

/** A track that somebody publishes. */
export interface Publication {
  readonly sid: string;
  readonly participantSid: string;
  readonly identity: string;
  /** What its publisher is called, and what they call it; both may be empty. */
  readonly participantName: string;
  readonly name: string;
  readonly kind: 'audio' | 'video';
  readonly source: string;
  /** As it was announced; null for a codec that cannot be recorded. */
  readonly codec: CopyCodec | null;
  readonly isMuted: boolean;
  readonly isEncrypted: boolean;
  /** As the publisher declared it; 0 of audio. */
  readonly width: number;
  readonly height: number;
}

/** Whoever keeps a track from being received: who runs the room (`canSubscribe`), or its publisher. */
type Withholder = 'owner' | 'server';

/** What an update of the room changed. */
export interface PublicationChanges {
  readonly added: readonly Publication[];
  readonly removed: readonly Publication[];
  /** Muted, or open again. */
  readonly changed: readonly Publication[];
}

const sourceNames: Readonly<Record<TrackSource, string>> = {
  [TrackSource.UNKNOWN]: 'unknown',
  [TrackSource.CAMERA]: 'camera',
  [TrackSource.MICROPHONE]: 'microphone',
  [TrackSource.SCREEN_SHARE]: 'screenShare',
  [TrackSource.SCREEN_SHARE_AUDIO]: 'screenShareAudio',
};

const codecs: Readonly<Record<string, CopyCodec>> = {
  'audio/opus': 'opus',
  'audio/red': 'opus',
  'video/vp8': 'vp8',
  'video/vp9': 'vp9',
  'video/h264': 'h264',
  'video/h265': 'h265',
  'video/av1': 'av1',
};

/** Who publishes what in the room, kept from the server's updates. */
export class Publications {
  readonly #bySid = new Map<string, Publication>();
  /** Participants who may not subscribe, by sid. */
  readonly #deaf = new Set<string>();
  /** Tracks whose owner does not let this participant have them, by sid. */
  readonly #forbidden = new Set<string>();

  /** All that are published now, by sid. */
  get all(): ReadonlyMap<string, Publication> {
    return this.#bySid;
  }

  /** An owner of a track withdraws it from this participant, or gives it back. */
  permit({ allowed, trackSid }: Pick<SubscriptionPermissionUpdate, 'allowed' | 'trackSid'>): void {
    if (allowed) this.#forbidden.delete(trackSid);
    else if (this.#bySid.has(trackSid)) this.#forbidden.add(trackSid);
  }

  /** Who does not let a participant have a track, as the server has said last; null when it has said nothing of it. */
  withheldBy(trackSid: string, participantSid: string): Withholder | null {
    if (this.#deaf.has(participantSid)) return 'server';
    return this.#forbidden.has(trackSid) ? 'owner' : null;
  }

  /** Takes participants as the server describes them: all of their tracks each time. */
  update(participants: readonly ParticipantInfo[]): PublicationChanges {
    const added: Publication[] = [];
    const removed: Publication[] = [];
    const changed: Publication[] = [];
    for (const participant of participants) {
      const isGone = participant.state === ParticipantInfo_State.DISCONNECTED;
      if (!isGone && participant.permission?.canSubscribe === false) this.#deaf.add(participant.sid);
      else this.#deaf.delete(participant.sid);
      const tracks = isGone ? [] : participant.tracks.filter(isMedia).toSorted(byPublication);
      const sids = new Set(tracks.map(({ sid }) => sid));
      for (const known of [...this.#bySid.values()]) {
        if (!isReplacedBy(known, participant, isGone) || sids.has(known.sid)) continue;
        this.#remove(known.sid);
        removed.push(known);
      }
      for (const track of tracks) {
        const publication = publicationOf(participant, track);
        const known = this.#bySid.get(track.sid);
        this.#bySid.set(track.sid, publication);
        if (known === undefined) added.push(publication);
        else if (known.isMuted !== publication.isMuted) changed.push(publication);
      }
    }
    return { added, removed, changed };
  }

  /** A new session: the server describes everybody again. @returns what is gone since */
  replace(participants: readonly ParticipantInfo[]): PublicationChanges {
    const present = new Set(participants.flatMap(({ tracks }) => tracks.map(({ sid }) => sid)));
    const removed = [...this.#bySid.values()].filter(({ sid }) => !present.has(sid));
    for (const { sid } of removed) this.#remove(sid);
    // A new session is told anew.
    this.#forbidden.clear();
    const changes = this.update(participants);
    return { ...changes, removed: [...removed, ...changes.removed] };
  }

  #remove(sid: string): void {
    this.#bySid.delete(sid);
    this.#forbidden.delete(sid);
  }
}

/**
 * Whether a server that describes a participant says with it what else there is of a publication. Of who joined anew with the same
 * identity it tells nobody that the session before has ended (livekit-server 1.13.5: `IsCloseNotifySkippable`).
 */
function isReplacedBy(known: Publication, { identity, sid }: ParticipantInfo, isGone: boolean): boolean {
  return known.participantSid === sid || (known.identity === identity && !isGone);
}

/** A server lists the tracks of a participant in no order (livekit-server 1.13.5: a Go map), and says of each when it was published. */
function byPublication(a: TrackInfo, b: TrackInfo): number {
  return publishedAtUs(a) - publishedAtUs(b);
}

function publishedAtUs({ version }: TrackInfo): number {
  return Number(version?.unixMicro ?? 0n);
}

function isMedia({ type }: TrackInfo): boolean {
  return type === TrackType.AUDIO || type === TrackType.VIDEO;
}

function publicationOf(participant: ParticipantInfo, track: TrackInfo): Publication {
  const kind = track.type === TrackType.VIDEO ? 'video' : 'audio';
  // Without a type the server means its default: it is told with the first packet.
  const mimeType = track.mimeType === '' ? (kind === 'video' ? 'video/vp8' : 'audio/opus') : track.mimeType;
  return {
    sid: track.sid,
    participantSid: participant.sid,
    identity: participant.identity,
    participantName: participant.name,
    name: track.name,
    kind,
    source: sourceNames[track.source],
    codec: codecs[mimeType.toLowerCase()] ?? null,
    isMuted: track.muted,
    isEncrypted: track.encryption !== Encryption_Type.NONE,
    width: track.width,
    height: track.height,
  };
}
