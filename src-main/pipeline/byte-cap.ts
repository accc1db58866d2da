/**
 * A cap in bytes that several queues share. It never waits: who finds it used up drops what he has.
 */
export class ByteCap {
  readonly capBytes: number;
  #usedBytes = 0;

  constructor(capBytes: number) {
    this.capBytes = capBytes;
  }

  /** Bytes that are acquired and not released. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Acquires `bytes` of the cap; false, and nothing acquired, when they do not fit. */
  tryAcquire(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.capBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  /** Gives `bytes` back; exactly what was acquired, once. */
  release(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}
