/** Events per second over the last window, from a counter that only grows. Sampled, never per event. */
export class Rate {
  readonly #windowMs: number;
  #samples: { atMs: number; count: number }[] = [];

  /** @param windowMs length of the window, in milliseconds */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /**
   * Notes the counter and measures.
   *
   * @param nowMs a clock in milliseconds that only goes forward
   * @returns the rate per second over the window up to now; 0 while there is too little to tell
   */
  sample(nowMs: number, count: number): number {
    this.#samples.push({ atMs: nowMs, count });
    // The oldest one kept stands just outside of the window, so that the whole window is covered.
    while ((this.#samples[1]?.atMs ?? Infinity) <= nowMs - this.#windowMs) this.#samples.shift();
    const oldest = this.#samples[0];
    if (oldest === undefined || nowMs - oldest.atMs < this.#windowMs / 4) return 0;
    return ((count - oldest.count) / (nowMs - oldest.atMs)) * 1000;
  }
}
