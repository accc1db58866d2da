import type { Semaphore } from '../pipeline/semaphore.js';

/** The blocks in which audio is handed over: one for each permit, and free again when its write is done. */
export class AudioBlocks {
  readonly #inFlight: Semaphore;
  readonly #free: Uint8Array[];

  /** @param blockBytes the most that is handed over at once */
  constructor(inFlight: Semaphore, blockBytes: number) {
    this.#inFlight = inFlight;
    this.#free = Array.from({ length: inFlight.permits }, () => new Uint8Array(blockBytes));
  }

  /** A block and its permit; null when none is left. */
  take(): Uint8Array | null {
    return this.#inFlight.tryAcquire() ? (this.#free.pop() ?? null) : null;
  }

  /** Gives both back. */
  release(block: Uint8Array): void {
    this.#free.push(block);
    this.#inFlight.release();
  }
}
