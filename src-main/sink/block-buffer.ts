/** A camera of 2.5 Mbit/s fills one in less than a second; smaller ones would be more calls of the disk. */
const blockBytes = 256 * 1024;
/** Blocks kept for the next time; two are in use at the bit rate of a camera. */
const maxSpareBlocks = 4;

/**
 * Collects small chunks in blocks that are used again and again. Chunks that waited for their flush
 * would be promoted to V8's old generation and lie around there until a full collection: some tens of
 * megabytes after a minute, at the bit rate of one camera.
 */
export class BlockBuffer {
  readonly #spare: Buffer[] = [];
  #full: Buffer[] = [];
  #open: Buffer | null = null;
  #openBytes = 0;

  /** Bytes that wait to be drained. */
  get bytes(): number {
    return this.#full.length * blockBytes + this.#openBytes;
  }

  /** Copies the chunk: it is free again afterwards. */
  append(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      this.#open ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
      const copied = chunk.copy(this.#open, this.#openBytes, at);
      at += copied;
      this.#openBytes += copied;
      if (this.#openBytes < blockBytes) return;
      this.#full.push(this.#open);
      this.#open = null;
      this.#openBytes = 0;
    }
  }

  /** Hands over everything, in order. Each part has to come back through {@link BlockBuffer.release}. */
  drain(): readonly Buffer[] {
    const parts = this.#full;
    if (this.#open !== null && this.#openBytes > 0) parts.push(this.#open.subarray(0, this.#openBytes));
    this.#full = [];
    this.#open = null;
    this.#openBytes = 0;
    return parts;
  }

  /** Parts of {@link BlockBuffer.take} that are not needed any more. */
  release(parts: readonly Buffer[]): void {
    for (const { buffer } of parts) {
      if (this.#spare.length >= maxSpareBlocks) return;
      this.#spare.push(Buffer.from(buffer));
    }
  }

  /** Lets go of everything that was not taken. */
  clear(): void {
    this.drain();
  }
}
