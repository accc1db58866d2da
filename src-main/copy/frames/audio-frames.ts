import type { CopyTrack, OrderedPacket, TrackSink } from '../contract.js';
import { type EncodedFrame, type FrameCounts, FrameTally, ticksBetween } from './encoded-frame.js';
import { decryptedFrame, type SealedCause } from './encrypted-frame.js';
import { isServerSilence, opusDurationMs } from './opus-packet.js';
import { redundantBlocks } from './redundant-audio.js';

export interface AudioFramesOptions {
  readonly track: Pick<CopyTrack, 'clockRate' | 'decryption' | 'payloadTypes'>;
  /** Gets each packet of Opus, in order, and owns it. */
  readonly onFrame: (frame: EncodedFrame) => void;
}

/** A time stamp that lies further back than this is of a clock that was set anew, and no packet that was sent twice. */
const repeatedWithinSeconds = 5;
/** Opus's first byte, which says how the packet is read, stays clear (livekit-client, `FrameCryptor.ts`). */
const clearBytes = 1;

/**
 * Makes frames of an audio track's packets. With redundancy (RFC 2198) what was lost comes from a later packet; what a server
 * sends in place of a muted microphone is dropped, because the timeline has silence of its own.
 */
export class AudioFrames implements TrackSink {
  readonly #options: AudioFramesOptions;
  readonly #tally = new FrameTally();
  #lastTimestamp: number | null = null;

  constructor(options: AudioFramesOptions) {
    this.#options = options;
  }

  /** What became of the frames up to now. */
  get counts(): FrameCounts {
    return this.#tally.count(0);
  }

  /** Packets of Opus up to now that no key fits. */
  get notDecrypted(): number {
    return this.#tally.notDecrypted;
  }

  /** Takes the next packet; its payload is copied. */
  packet(packet: OrderedPacket): void {
    const codec = this.#options.track.payloadTypes.get(packet.payloadType);
    if (packet.payload.length === 0 || (codec !== 'opus' && codec !== 'red')) {
      this.#tally.otherPackets += 1;
      return;
    }
    if (codec === 'red') this.#unpack(packet);
    else this.#take(packet.payload, packet.timestamp, packet.arrivedMs);
  }

  /** Audio builds on nothing: a gap is filled by the next packet's redundancy, or by silence. */
  lost(): void {
    // Nothing is held that a loss could spoil.
  }

  /** Nothing more comes; nothing is held. */
  end(): void {
    // Every packet was handed over when it came.
  }

  #unpack({ arrivedMs, payload, timestamp }: OrderedPacket): void {
    const blocks = redundantBlocks(payload, timestamp);
    if (blocks === null) {
      this.#tally.begun += 1;
      this.#tally.drop('malformed');
      return;
    }
    for (const block of blocks) {
      if (this.#options.track.payloadTypes.get(block.payloadType) !== 'opus') {
        this.#tally.otherPackets += 1;
        continue;
      }
      const isPrimary = block.timestamp === timestamp;
      if (!isPrimary && !this.#isMissing(block.timestamp)) continue;
      const before = this.#tally.handedOver;
      this.#take(block.data, block.timestamp, arrivedMs);
      if (!isPrimary) this.#tally.recovered += this.#tally.handedOver - before;
    }
  }

  /** Whether what a later packet repeats was never handed over. What was before the first one nobody asks for. */
  #isMissing(timestamp: number): boolean {
    return this.#lastTimestamp !== null && ticksBetween(this.#lastTimestamp, timestamp) > 0;
  }

  #take(payload: Uint8Array, timestamp: number, arrivedMs: number): void {
    this.#tally.begun += 1;
    const data = this.#plain(Buffer.from(payload));
    if (typeof data === 'string') {
      this.#tally.drop(data);
      return;
    }
    const durationMs = opusDurationMs(data);
    if (durationMs === 0) {
      this.#tally.drop('malformed');
      return;
    }
    if (isServerSilence(data)) {
      this.#tally.drop('blank');
      return;
    }
    if (this.#isRepeated(timestamp)) {
      this.#tally.drop('repeated');
      return;
    }
    this.#lastTimestamp = timestamp;
    this.#tally.handedOver += 1;
    this.#tally.keyFrames += 1;
    this.#options.onFrame({
      ...{ codec: 'opus', timestamp, arrivedMs, isKey: true, data },
      ...{ size: null, config: null, rotation: 0, durationMs },
    });
  }

  /** The first byte says how long it sounds, and is not encrypted. */
  #plain(packet: Buffer): Buffer | SealedCause {
    const { decryption } = this.#options.track;
    return decryption === undefined || decryption === null
      ? packet
      : decryptedFrame(packet, decryption, () => clearBytes);
  }

  #isRepeated(timestamp: number): boolean {
    if (this.#lastTimestamp === null) return false;
    const ticks = ticksBetween(this.#lastTimestamp, timestamp);
    return ticks <= 0 && ticks > -repeatedWithinSeconds * this.#options.track.clockRate;
  }
}
