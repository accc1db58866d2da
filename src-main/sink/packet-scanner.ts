import type { StreamPackets } from '../contract/stamps.js';
import { PacketTally } from '../ffmpeg/packet-tally.js';

/** Counts the packets of a file that grows, as its bytes go to the disk. */
export interface PacketScanner {
  /** The next bytes of the file; they are read at once and not kept. Never throws. */
  push(bytes: Buffer): void;
  /**
   * What was counted: packets whose last byte has come. Null when the file is not understood: then nothing is known of
   * it, which is not the same as a fault of the file.
   */
  count(): StreamPackets | null;
}

/** One tally for each kind of stream. */
export class StreamTallies {
  readonly #tallies = new Map<'video' | 'audio', PacketTally>();

  /** The stream exists, with or without packets. */
  open(kind: 'video' | 'audio'): PacketTally {
    const known = this.#tallies.get(kind);
    if (known !== undefined) return known;
    const tally = new PacketTally();
    this.#tallies.set(kind, tally);
    return tally;
  }

  /** What was counted; null for a kind that the file does not have. */
  count(): StreamPackets {
    return {
      video: this.#tallies.get('video')?.count() ?? null,
      audio: this.#tallies.get('audio')?.count() ?? null,
    };
  }
}

/** Bytes gathered until a header is whole. */
export class HeaderBuffer {
  #bytes = Buffer.alloc(64);
  #length = 0;

  /** How many were gathered. */
  get length(): number {
    return this.#length;
  }

  /** A view of them, valid until the next {@link HeaderBuffer.take}. */
  get view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Takes what is still needed for `wantedBytes`. @returns how many of `bytes` were used */
  take(bytes: Buffer, wantedBytes: number): number {
    const used = Math.min(bytes.length, wantedBytes - this.#length);
    if (used <= 0) return 0;
    if (this.#bytes.length < this.#length + used) {
      const grown = Buffer.alloc(Math.max(wantedBytes, this.#length + used));
      this.view.copy(grown);
      this.#bytes = grown;
    }
    bytes.copy(this.#bytes, this.#length, 0, used);
    this.#length += used;
    return used;
  }

  /** Empty again. */
  clear(): void {
    this.#length = 0;
  }
}
