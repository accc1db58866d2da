import type { CopyCodec, CopyTrack, FrameDecryption, OrderedPacket, TrackSink } from '../contract.js';
import { Av1Payload } from './av1-payload.js';
import {
  type EncodedFrame,
  type FrameCounts,
  type FrameDropCause,
  FrameTally,
  ticksBetween,
} from './encoded-frame.js';
import { H264Payload } from './h264-payload.js';
import { H265Payload } from './h265-payload.js';
import { PacketList } from './packet-list.js';
import type { AssembledPicture, PayloadFormat } from './payload-format.js';
import { Vp8Payload } from './vp8-payload.js';
import { Vp9Payload } from './vp9-payload.js';

/** What video needs of its track. */
export type VideoTrackView = Pick<CopyTrack, 'decryption' | 'payloadTypes' | 'requestKeyFrame'>;

export interface VideoFramesOptions {
  readonly track: VideoTrackView;
  /** Gets each frame, in order, and owns it. It may be called inside of any call but the constructor. */
  readonly onFrame: (frame: EncodedFrame) => void;
  /** Frames of the track went elsewhere before: what comes before the next key frame is lost, and that is asked for at once. */
  readonly goesOn?: boolean;
}

type VideoCodec = Exclude<CopyCodec, 'opus'>;

const formats: Readonly<Record<VideoCodec, (decryption: FrameDecryption | null) => PayloadFormat>> = {
  vp8: (decryption) => new Vp8Payload(decryption),
  vp9: (decryption) => new Vp9Payload(decryption),
  h264: (decryption) => new H264Payload(decryption),
  h265: (decryption) => new H265Payload(decryption),
  av1: (decryption) => new Av1Payload(decryption),
};

/**
 * A server writes pictures of 8 x 8 or 2 x 2 when a track ends (livekit-server, `sfu/downtrack.go`), and nobody films them.
 */
const blankPixels = 16;
/** The server asks for the first key frame by itself; a second request would only be late. */
const firstKeyPatienceMs = 1_000;
/** Key frames this near to each other show one moment: five milliseconds, of a clock of 90 kHz. Each layer's times are rounded. */
const sameTimeTicks = 450;

/**
 * Makes pictures of a video track's packets: what is handed over can be decoded from the first key frame on, frame by frame.
 * What cannot is dropped and counted by cause, and after it nothing is handed over before a key frame, which is asked for.
 *
 * Of key frames of one time the last counts: they come when the server goes over to another layer. A key frame is
 * therefore held until the next picture begins, or until {@link VideoFrames.release}.
 */
export class VideoFrames implements TrackSink {
  readonly #options: VideoFramesOptions;
  readonly #tally = new FrameTally();
  readonly #packets = new PacketList();
  #codec: VideoCodec | null = null;
  #format: PayloadFormat | null = null;
  /** Time stamp of the picture under assembly. */
  #timestamp: number | null = null;
  /** Why what still comes of the picture is of no use; null while it is assembled. */
  #spoiled: FrameDropCause | null = null;
  /** Whether the next packet may stand inside of a picture: it is the first one, or some before it are lost. */
  #mayBeInside = true;
  /** Whether pictures that build on others are of no use. */
  #isKeyAwaited = true;
  #firstMs: number | null = null;
  #hadKey: boolean;
  #held: EncodedFrame | null = null;
  #lastTimestamp: number | null = null;
  #rotation = 0;

  constructor(options: VideoFramesOptions) {
    this.#options = options;
    this.#hadKey = options.goesOn ?? false;
  }

  /** What became of the frames up to now. */
  get counts(): FrameCounts {
    return this.#tally.count((this.#timestamp === null ? 0 : 1) + (this.#held === null ? 0 : 1));
  }

  /** Frames up to now that no key fits. */
  get notDecrypted(): number {
    return this.#tally.notDecrypted;
  }

  /** Bytes that are held: of the picture under assembly, and of a key frame. */
  get heldBytes(): number {
    return this.#packets.heldBytes + (this.#held?.data.length ?? 0);
  }

  /** Takes the next packet; its payload is copied. What ends a picture may hand one over. */
  packet(packet: OrderedPacket): void {
    this.#firstMs ??= packet.arrivedMs;
    if (packet.payload.length === 0 || !this.#takesCodec(packet.payloadType)) {
      this.#tally.otherPackets += 1;
      return;
    }
    const format = this.#format;
    if (format === null) return;
    if (packet.rotation !== null) this.#rotation = packet.rotation;
    this.#endCut(packet, format);
    if (this.#timestamp === null) this.#begin(packet, format);
    if (this.#spoiled === null && !this.#packets.push(packet.payload)) this.#spoiled = 'tooLarge';
    if (packet.marker) this.#finish(packet, format);
  }

  /** Drops the picture under assembly, and waits for a key frame, which is asked for. */
  lost(): void {
    if (this.#timestamp !== null) this.#spoiled ??= 'packetLost';
    if (this.#timestamp !== null) this.#dropOpen();
    this.#mayBeInside = true;
    this.#waitForKey();
    this.#askForKey();
  }

  /** Drops the picture under assembly, which has no end, and hands over a key frame that is held. */
  end(): void {
    if (this.#timestamp !== null) {
      this.#spoiled ??= 'cut';
      this.#dropOpen();
    }
    this.release();
  }

  /** Hands over a key frame that is held. To be called about once a second: a screen that stands still sends nothing after it. */
  release(): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#handOver(held);
  }

  /** What a frame builds on is missing where it goes to: nothing is handed over before the next key frame, which is asked for. */
  restartAtKey(): void {
    this.#waitForKey();
    this.#askForKey();
  }

  #takesCodec(payloadType: number): boolean {
    const codec = this.#options.track.payloadTypes.get(payloadType);
    if (codec === undefined || codec === 'red' || codec === 'rtx' || codec === 'opus') return false;
    if (codec === this.#codec) return true;
    if (this.#timestamp !== null) {
      this.#spoiled ??= 'cut';
      this.#dropOpen();
    }
    this.#codec = codec;
    this.#format = formats[codec](this.#options.track.decryption ?? null);
    this.#waitForKey();
    return true;
  }

  /** Ends the picture under assembly when this packet belongs to another one: its end never came. */
  #endCut({ payload, timestamp }: OrderedPacket, format: PayloadFormat): void {
    if (this.#timestamp === null) return;
    const isSame = timestamp === this.#timestamp;
    if (isSame && !(this.#packets.length > 0 && format.beginsAnother(payload, this.#packets))) return;
    this.#spoiled ??= 'cut';
    this.#dropOpen();
    this.#waitForKey();
    if (!format.beginsKeyFrame(payload)) this.#askForKey();
  }

  #begin({ payload, timestamp }: OrderedPacket, format: PayloadFormat): void {
    this.#tally.begun += 1;
    this.#timestamp = timestamp;
    this.#spoiled = this.#mayBeInside && !format.beginsPicture(payload) ? 'packetLost' : null;
    this.#mayBeInside = false;
  }

  #dropOpen(): void {
    if (this.#spoiled !== null) this.#tally.drop(this.#spoiled);
    this.#timestamp = null;
    this.#spoiled = null;
    this.#packets.clear();
  }

  #finish(packet: OrderedPacket, format: PayloadFormat): void {
    const picture = this.#spoiled ?? format.assemble(this.#packets);
    if (typeof picture === 'string') {
      this.#spoiled = picture;
      this.#dropOpen();
      if (picture === 'noPicture') return;
      this.#waitForKey();
      // A key that does not fit may never do: the first frame that can be decrypted again asks for one.
      if (picture === 'malformed') this.#askForKey();
      return;
    }
    this.#spoiled = this.#refusal(picture, packet.arrivedMs);
    if (this.#spoiled !== null) {
      this.#dropOpen();
      return;
    }
    this.#timestamp = null;
    this.#packets.clear();
    this.#take(picture, packet);
  }

  /** Why a whole picture is not handed over; null when it is. */
  #refusal({ isKey, size }: AssembledPicture, nowMs: number): FrameDropCause | null {
    if (isKey && size !== null && Math.min(size.width, size.height) <= blankPixels) {
      this.#waitForKey();
      return 'blank';
    }
    if (isKey || !this.#isKeyAwaited) return null;
    if (this.#hadKey || nowMs - (this.#firstMs ?? nowMs) > firstKeyPatienceMs) this.#askForKey();
    return this.#hadKey ? 'awaitingKey' : 'beforeFirstKey';
  }

  #take({ config, data, isKey, size }: AssembledPicture, { arrivedMs, timestamp }: OrderedPacket): void {
    const codec = this.#codec;
    if (codec === null) return;
    const frame: EncodedFrame = {
      ...{ codec, timestamp, arrivedMs, isKey, data, size, config },
      ...{ rotation: this.#rotation, durationMs: 0 },
    };
    if (isKey) {
      this.#isKeyAwaited = false;
      this.#hadKey = true;
    }
    const held = this.#held;
    if (held !== null && isKey && Math.abs(ticksBetween(held.timestamp, timestamp)) <= sameTimeTicks) {
      this.#tally.drop('replaced');
      this.#held = frame;
      return;
    }
    this.release();
    if (isKey) {
      this.#held = frame;
      return;
    }
    if (this.#lastTimestamp !== null && ticksBetween(this.#lastTimestamp, timestamp) < 0) {
      // A time that runs back without a key frame is none that a player could follow.
      this.#tally.drop('repeated');
      this.restartAtKey();
      return;
    }
    this.#handOver(frame);
  }

  #handOver(frame: EncodedFrame): void {
    this.#tally.handedOver += 1;
    if (frame.isKey) this.#tally.keyFrames += 1;
    this.#lastTimestamp = frame.timestamp;
    this.#options.onFrame(frame);
  }

  #waitForKey(): void {
    this.#isKeyAwaited = true;
  }

  #askForKey(): void {
    this.#options.track.requestKeyFrame();
  }
}
