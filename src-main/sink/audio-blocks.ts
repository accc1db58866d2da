import type { Semaphore } from '../pipeline/semaphore.js';

/** The blocks in which audio is handed over: one for each permit, and free again when its write is done. */
export class AudioBlocks {
  readonly #inFlight: Semaphore;
  readonly #free: Uint8Array[];
  readonly #blockBytes: number;

  /** @param blockBytes the most that is handed over at once */
  constructor(inFlight: Semaphore, blockBytes: number) {
    this.#inFlight = inFlight;
    this.#blockBytes = blockBytes;
    this.#free = Array.from({ length: inFlight.permits }, () => new Uint8Array(blockBytes));
  }

  /** A block and its permit; null when none is left. */
  take(): Uint8Array | null {
    // Of permits that were handed out beyond the usual ones each has a block of its own.
    return this.#inFlight.tryAcquire() ? (this.#free.pop() ?? new Uint8Array(this.#blockBytes)) : null;
  }

  /** Gives both back. */
  release(block: Uint8Array): void {
    if (this.#free.length < this.#inFlight.permits) this.#free.push(block);
    this.#inFlight.release();
  }
}
