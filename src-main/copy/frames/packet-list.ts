/**
 * More than any frame: 3840 x 2160 at the worst quality of a key frame stays below it. What is larger is an attack or a
 * stream without markers.
 */
export const maxFrameBytes = 8 * 1024 * 1024;
/** Of one byte each a frame of the cap would be millions of packets. */
export const maxFramePackets = 16_384;
/** A usual frame fits; what a larger one made of it is given back once frames use less than an eighth. */
const firstBytes = 64 * 1024;

/**
 * The payloads of one frame under assembly, copied one behind the other into memory that is used again for the next frame.
 * It grows to {@link maxFrameBytes} at most.
 */
export class PacketList {
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  readonly #ends: number[] = [];

  /** How many there are. */
  get length(): number {
    return this.#ends.length;
  }

  /** Bytes of all payloads. */
  get usedBytes(): number {
    return this.#ends.at(-1) ?? 0;
  }

  /** Bytes of memory that it keeps. */
  get heldBytes(): number {
    return this.#bytes.length;
  }

  /** Copies a payload behind the others; false, and nothing kept, when there is no room. */
  push(payload: Uint8Array): boolean {
    const from = this.usedBytes;
    const to = from + payload.length;
    if (to > maxFrameBytes || this.#ends.length >= maxFramePackets) return false;
    if (to > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(maxFrameBytes, Math.max(to, this.#bytes.length * 2)));
      this.#bytes.copy(grown, 0, 0, from);
      this.#bytes = grown;
    }
    this.#bytes.set(payload, from);
    this.#ends.push(to);
    return true;
  }

  /** The payload at a place, a view that is valid until {@link PacketList.clear}; an empty one where there is none. */
  at(index: number): Buffer {
    const to = this.#ends[index] ?? 0;
    return this.#bytes.subarray(index === 0 ? 0 : (this.#ends[index - 1] ?? 0), to);
  }

  /** Forgets the payloads, and memory above the first size: one large frame is no reason to keep it for hours. */
  clear(): void {
    if (this.#bytes.length > firstBytes && this.usedBytes < this.#bytes.length / 8) {
      this.#bytes = Buffer.allocUnsafeSlow(firstBytes);
    }
    this.#ends.length = 0;
  }
}
