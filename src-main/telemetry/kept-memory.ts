/** Memory that no open file has, in bytes. */
export interface KeptBytes {
  /** In use when the take began, beside what an idle program needs. */
  readonly beforeBytes: number;
  /** Of what has closed since. */
  readonly closedBytes: number;
}

/** Nothing: of a take that began in a fresh process, and whose files are all open. */
export const nothingKept: KeptBytes = { beforeBytes: 0, closedBytes: 0 };

/**
 * What the process has of buffers that are gone: those of earlier takes, and those of files that have closed. An allocator gives
 * freed memory back late, or not at all, and none tells how much of it there is. So it is what memory shows, and no more than
 * the buffers had at their caps: memory never has room for more than the largest budget that there was.
 */
export class KeptMemory {
  /** Beside {@link #idleBytes}, as it was seen last. */
  #inUseBytes: number;
  #beforeBytes: number;
  #closedBytes = 0;
  #capsBytes = 0;
  #largestBytes = 0;
  readonly #idleBytes: () => number;

  /**
   * @param rssBytes of the process when the take begins, without what is counted elsewhere
   * @param idleBytes what the program needs without any file
   */
  constructor(rssBytes: number, idleBytes: () => number) {
    this.#idleBytes = idleBytes;
    this.#inUseBytes = Math.max(0, rssBytes - idleBytes());
    this.#beforeBytes = this.#inUseBytes;
  }

  /** What is kept by now. */
  get bytes(): KeptBytes {
    return { beforeBytes: this.#beforeBytes, closedBytes: this.#closedBytes };
  }

  /** The buffers of what is open may have so much from now on; what they had more is free, and not given back yet. */
  setCaps(capsBytes: number): void {
    this.#closedBytes += Math.max(0, this.#capsBytes - capsBytes);
    this.#capsBytes = capsBytes;
    this.#largestBytes = Math.max(this.#largestBytes, capsBytes);
    this.#tighten();
  }

  /** Memory is so much now: what it does not show has been given back. */
  settle(rssBytes: number): void {
    this.#inUseBytes = Math.max(0, rssBytes - this.#idleBytes());
    this.#tighten();
  }

  #tighten(): void {
    this.#beforeBytes = Math.min(this.#beforeBytes, this.#inUseBytes);
    // New files use again what others have left.
    const freedBytes = Math.min(this.#closedBytes, this.#largestBytes - this.#capsBytes);
    this.#closedBytes = Math.min(freedBytes, this.#inUseBytes - this.#beforeBytes);
  }
}
