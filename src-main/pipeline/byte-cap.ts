/** A cap in bytes that several queues share. */
export class ByteCap {
  readonly capBytes: number;
  #usedBytes = 0;

  constructor(capBytes: number) {
    this.capBytes = capBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Takes `bytes` of the cap; false, and nothing taken, when they do not fit. */
  tryTake(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.capBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}
