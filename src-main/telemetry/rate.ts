/** Events per second over the last window, from a counter that only grows. Sampled, never per event. */
export class Rate {
  readonly #windowMs: number;
  readonly #leastMs: number;
  #samples: { atMs: number; count: number }[] = [];

  /**
   * @param windowMs length of the window, in milliseconds
   * @param leastMs of so much time at least there is a rate; a quarter of the window when left out
   */
  constructor(windowMs: number, leastMs = windowMs / 4) {
    this.#windowMs = windowMs;
    this.#leastMs = leastMs;
  }

  /**
   * Notes the counter and measures.
   *
   * @param nowMs a clock in milliseconds that only goes forward
   * @returns the rate per second over the window up to now; null while there is too little to tell
   */
  sample(nowMs: number, count: number): number | null {
    this.#samples.push({ atMs: nowMs, count });
    // The oldest one kept stands just outside of the window, so that the whole window is covered.
    while ((this.#samples[1]?.atMs ?? Infinity) <= nowMs - this.#windowMs) this.#samples.shift();
    const oldest = this.#samples[0];
    if (oldest === undefined || nowMs - oldest.atMs < this.#leastMs) return null;
    return ((count - oldest.count) / (nowMs - oldest.atMs)) * 1000;
  }

  /** What was counted up to now says nothing of what follows. */
  restart(): void {
    this.#samples = [];
  }
}
