import type { CopyCodec } from '../contract.js';

/** Width and height of a picture, in pixels, as its own headers say. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A frame as it was sent: of video a whole picture, of audio one packet of Opus. */
export interface EncodedFrame {
  readonly codec: CopyCodec;
  /** RTP time stamp, 32 bit, of the track's clock. */
  readonly timestamp: number;
  /** When its last packet came, milliseconds of a monotonic clock. */
  readonly arrivedMs: number;
  /** Whether it can be decoded without any other; always of audio. */
  readonly isKey: boolean;
  /**
   * What a Matroska block holds of it: NAL units behind their lengths (four bytes), OBUs with their sizes, else the bytes as
   * they were sent. It belongs to whoever gets the frame.
   */
  readonly data: Buffer;
  /** Of a key frame; null otherwise. */
  readonly size: PictureSize | null;
  /** What its decoder has to know first (avcC, hvcC, av1C), of a key frame; null where the codec has none. */
  readonly config: Buffer | null;
  /** Clockwise degrees that a picture has to be turned by to stand upright. */
  readonly rotation: number;
  /** How long it sounds, in milliseconds; 0 of video. */
  readonly durationMs: number;
  /** Packets of its track that were given up between the frame before and this one; left out for none. */
  readonly lostBefore?: number;
  /** The take was paused between the picture before and this one; left out otherwise. */
  readonly isAfterPause?: true;
}

/** Why a frame that was begun is not handed over. */
export type FrameDropCause =
  /** Packets of it never came. */
  | 'packetLost'
  /** It has no end: the server went over to another layer inside it. */
  | 'cut'
  /** Another key frame of the same time took its place. */
  | 'replaced'
  /** Its packets contradict each other or the codec's rules. */
  | 'malformed'
  /** It is end-to-end encrypted, and no key fits. */
  | 'notDecrypted'
  /** More bytes than a frame may have. */
  | 'tooLarge'
  /** It builds on a frame that is not there. */
  | 'awaitingKey'
  /** It came before the first key frame of its track: the file has nothing yet that it could build on. */
  | 'beforeFirstKey'
  /** What a server sends in place of a track that is muted or gone: tiny pictures, padded silence. */
  | 'blank'
  /** Parameter sets or remarks alone; what they say is kept. */
  | 'noPicture'
  /** Its time was handed over already. */
  | 'repeated';

/** What became of a track's frames: begun = handed over + dropped by cause + open. */
export interface FrameCounts {
  /** Of which a packet came, or the redundancy of a later one. */
  readonly begun: number;
  readonly handedOver: number;
  readonly keyFrames: number;
  readonly dropped: Readonly<Record<FrameDropCause, number>>;
  /** Under assembly, or held until it is clear that none of the same time follows; 2 at most. */
  readonly open: number;
  /** Of those handed over: from the redundancy of a later packet (RED). */
  readonly recovered: number;
  /** Packets that are no part of a frame: padding, and codecs that nobody knows. */
  readonly otherPackets: number;
}

/** Counts what became of frames; a copy is taken with {@link FrameTally.count}. */
export class FrameTally {
  begun = 0;
  handedOver = 0;
  keyFrames = 0;
  recovered = 0;
  otherPackets = 0;
  readonly #dropped: Record<FrameDropCause, number> = {
    packetLost: 0,
    cut: 0,
    replaced: 0,
    malformed: 0,
    notDecrypted: 0,
    tooLarge: 0,
    awaitingKey: 0,
    beforeFirstKey: 0,
    blank: 0,
    noPicture: 0,
    repeated: 0,
  };

  /** Frames that no key fits. */
  get notDecrypted(): number {
    return this.#dropped.notDecrypted;
  }

  /** A frame that was begun is not handed over. */
  drop(cause: FrameDropCause): void {
    this.#dropped[cause] += 1;
  }

  /** A copy of the counts. @param open frames that are neither handed over nor dropped yet */
  count(open: number): FrameCounts {
    const { begun, handedOver, keyFrames, recovered, otherPackets } = this;
    return { begun, handedOver, keyFrames, recovered, otherPackets, open, dropped: { ...this.#dropped } };
  }
}

/**
 * Distance between two RTP time stamps, in ticks: positive when `later` follows `earlier` by less than half of their range.
 */
export function ticksBetween(earlier: number, later: number): number {
  return (later - earlier) | 0;
}

/** Of a track of which nothing came. */
export const noFrames: FrameCounts = new FrameTally().count(0);

/** The counts of two tracks together. */
export function sumOfFrames(one: FrameCounts, other: FrameCounts): FrameCounts {
  const dropped = { ...one.dropped };
  for (const cause of Object.keys(dropped) as FrameDropCause[]) dropped[cause] += other.dropped[cause];
  return {
    begun: one.begun + other.begun,
    handedOver: one.handedOver + other.handedOver,
    keyFrames: one.keyFrames + other.keyFrames,
    dropped,
    open: one.open + other.open,
    recovered: one.recovered + other.recovered,
    otherPackets: one.otherPackets + other.otherPackets,
  };
}

/** What became of frames since `from` was counted. */
export function framesSince(from: FrameCounts, now: FrameCounts): FrameCounts {
  const dropped = { ...now.dropped };
  for (const cause of Object.keys(dropped) as FrameDropCause[]) dropped[cause] -= from.dropped[cause];
  return {
    begun: now.begun - from.begun,
    handedOver: now.handedOver - from.handedOver,
    keyFrames: now.keyFrames - from.keyFrames,
    dropped,
    open: now.open - from.open,
    recovered: now.recovered - from.recovered,
    otherPackets: now.otherPackets - from.otherPackets,
  };
}

/** The same where a part of the take ends, into which `handedOver` of them went: what is open belongs to the next one. */
export function settledFrames(counts: FrameCounts, handedOver: number): FrameCounts {
  const dropped = Object.values(counts.dropped).reduce((sum, one) => sum + one, 0);
  return { ...counts, begun: handedOver + dropped, handedOver, open: 0 };
}

/** Pictures that were begun and should stand in the file. */
export function lostPicturesOf({ dropped }: FrameCounts): number {
  const { awaitingKey, malformed, notDecrypted, packetLost, tooLarge } = dropped;
  return packetLost + awaitingKey + malformed + notDecrypted + tooLarge;
}
