/** Below this nothing is said: the first moments say little. */
const leastElapsedMs = 3_000;
const leastShare = 0.005;
/** No work comes this far between two calls. */
const jump = 0.05;

/** Tells how long work will go on that goes on as it did. */
export class TimeLeft {
  readonly #nowMs: () => number;
  #from: { readonly atMs: number; readonly fraction: number } | null = null;
  #lastFraction = 0;

  /** @param nowMs a clock that never goes back, in milliseconds */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Milliseconds up to the end, by what was done since the first call; null while too little was. @param fraction 0 to 1 */
  at(fraction: number): number | null {
    const atMs = this.#nowMs();
    // What an earlier run has done is there at once, and took none of the time of this one.
    if (this.#from === null || fraction - this.#lastFraction > jump) this.#from = { atMs, fraction };
    this.#lastFraction = fraction;
    const done = fraction - this.#from.fraction;
    const elapsedMs = atMs - this.#from.atMs;
    if (elapsedMs < leastElapsedMs || done < leastShare) return null;
    return ((1 - fraction) / done) * elapsedMs;
  }
}
