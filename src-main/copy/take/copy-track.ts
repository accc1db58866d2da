import type { TrackRole } from '../../contract/track-roles.js';
import type { PublicationInfo } from '../../livekit/publication-info.js';
import type { CopyTrack, TrackSink } from '../contract.js';
import type { RoomDecryption } from '../decrypt/room-decryption.js';
import type { WindowCounts } from '../rtp/packet-counts.js';
import type { Publication } from '../signal/publications.js';

/** A track that is received, with what its files need to know of it. */
export interface CopiedTrack {
  readonly info: PublicationInfo;
  readonly track: CopyTrack & {
    readonly figures: { readonly packets: WindowCounts };
    /** It is published, and the server does not hand it over. */
    readonly isWithheld?: boolean;
  };
}

/** What a file has to know of a track that it is given. */
export interface AddedTrack {
  /** As its owner said last. */
  readonly isMuted: boolean;
  /** It comes from another file, which has what it sent before. */
  readonly goesOn: boolean;
}

/** Where the packets of a track go: into a file, and into another one when its place there is free. */
export class MovableSink implements TrackSink {
  /** Something of the track has gone into a file: what follows builds on that. Only this class sets it. */
  hasBegun = false;
  #inner: TrackSink | null = null;
  readonly #onEnd: () => void;

  /** @param onEnd nothing more comes */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** Packets go there from now on; what they went to before has ended. */
  set inner(sink: TrackSink | null) {
    this.#inner?.end();
    this.#inner = sink;
  }

  /** The next packet, in order. */
  packet(...packet: Parameters<TrackSink['packet']>): void {
    if (this.#inner === null) return;
    this.hasBegun = true;
    this.#inner.packet(...packet);
  }

  /** Numbers that will never come. */
  lost(...lost: Parameters<TrackSink['lost']>): void {
    this.#inner?.lost(...lost);
  }

  /** The server has taken the track away. */
  withheld(...withheld: Parameters<NonNullable<TrackSink['withheld']>>): void {
    this.#inner?.withheld?.(...withheld);
  }

  /** The line broke, and nothing of the track came again. */
  cutOff(...stretch: Parameters<NonNullable<TrackSink['cutOff']>>): void {
    this.#inner?.cutOff?.(...stretch);
  }

  /** Nothing more comes. */
  end(): void {
    this.inner = null;
    this.#onEnd();
  }
}

const roles: Readonly<Record<string, TrackRole>> = {
  camera: 'camera',
  microphone: 'microphone',
  screenShare: 'screenShare',
  screenShareAudio: 'screenShareAudio',
};

/** A publication as a take sees it. @param decryption what decrypts the room; null without a key */
export function infoOf(
  publication: Publication,
  decryption: Pick<RoomDecryption, 'hasKeyFor'> | null,
): PublicationInfo {
  const { height, identity, isEncrypted, isMuted, kind, name, participantName, sid, source, width } =
    publication;
  const role = roles[source];
  return {
    trackSid: sid,
    ...{ identity, participantName, name, kind, isMuted, isEncrypted },
    role: role ?? (kind === 'video' ? 'camera' : 'microphone'),
    isRoleDeclared: role !== undefined,
    declaredSize: width > 0 && height > 0 ? { width, height } : null,
    isSimulcast: false,
    needsKey: isEncrypted && decryption?.hasKeyFor(identity) !== true,
  };
}
