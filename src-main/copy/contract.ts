/** What the receive path hands to whoever makes frames of it: packets in order, what is lost, and the sender's clock. */

/** Codecs that are recorded as they were sent. */
export type CopyCodec = 'vp8' | 'vp9' | 'h264' | 'h265' | 'av1' | 'opus';

/** A packet in order; the payload is a view that is valid only during the call unless copied. */
export interface OrderedPacket {
  /** Extended: it never wraps. */
  readonly sequence: number;
  /** RTP, 32 bit. */
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payloadType: number;
  /** Empty for a packet that is padding alone. */
  readonly payload: Uint8Array;
  /** Of a monotonic clock, milliseconds. */
  readonly arrivedMs: number;
  /** The audio level of RFC 6464 if it was sent: 0 is the loudest, -127 silence. */
  readonly audioLevelDbov: number | null;
  /** 0, 90, 180 or 270 degrees, clockwise; null if the extension is absent. */
  readonly rotation: number | null;
}

/** Takes what a track delivers; calls come one at a time, in the order of the sequence numbers. */
export interface TrackSink {
  packet(packet: OrderedPacket): void;
  /** The sequence numbers from..to (extended, inclusive) will never come. */
  lost(from: number, to: number): void;
  /** Nothing more comes. */
  end(): void;
  /**
   * The server has taken the track away, which is published still: what is sent before its next packet is lost. Left out where
   * nobody wants to know.
   *
   * @param nowMs of a monotonic clock @param isSaid somebody does not let it be received: it has not just ended. May be told later
   */
  withheld?(nowMs: number, isSaid: boolean): void;
  /**
   * The line carried nothing from there to there, and nothing of the track came behind that: it has ended, or was muted. What it
   * sent is lost. Left out where nobody wants to know. Times are of a monotonic clock.
   */
  cutOff?(fromMs: number, toMs: number): void;
}

/** Decrypts the frames of one track that is end-to-end encrypted: LiveKit's scheme, frame by frame. */
export interface FrameDecryption {
  /** What of a frame its publisher sent, a view of it; null for a frame that the server put in their place. */
  ownPart(frame: Buffer): Buffer | null;
  /**
   * Decrypts a frame where it stands.
   *
   * @param clearBytes so many at its beginning are not encrypted
   * @param authenticated those, as their publisher had them; the same bytes when left out
   * @returns the frame as it was encoded, a view of what was given; null when no key fits
   */
  decrypt(frame: Buffer, clearBytes: number, authenticated?: Buffer): Buffer | null;
}

/** A track that is received. */
export interface CopyTrack {
  readonly sid: string;
  readonly identity: string;
  /** Who sends it, from their joining to their leaving: who comes back has another one, and may have another clock. */
  readonly participantSid: string;
  readonly kind: 'audio' | 'video';
  /** `camera`, `microphone`, `screenShare`, `screenShareAudio` or `unknown`. */
  readonly source: string;
  /** As the publication says; a packet's payload type decides. */
  readonly codec: CopyCodec;
  /** Ticks of the RTP clock in a second. */
  readonly clockRate: number;
  readonly payloadTypes: ReadonlyMap<number, CopyCodec | 'red' | 'rtx'>;
  /** What its frames are decrypted with; null, or left out, of a track that is not encrypted. */
  readonly decryption?: FrameDecryption | null;
  /**
   * Capture time of an RTP time stamp: Unix milliseconds of the sender's clock as its reports say; null until the
   * first sender report. One clock for all tracks of a participant.
   */
  timeOf(timestamp: number): number | null;
  /** A frame of it goes to its file; null, or left out, where nobody wants to know. */
  readonly onFrame?: (() => void) | null;
  /** Hears how large the pictures are, in pixels, from whoever reads them; left out where nobody wants to know. */
  noteSize?(width: number, height: number): void;
  /** Asks for a key frame, under the policy that spares the publisher and the server. */
  requestKeyFrame(): void;
  /**
   * The same where the frames go on without it: nothing that is missing before it is given up. Left out where nobody can be
   * asked.
   */
  wishKeyFrame?(): void;
}
