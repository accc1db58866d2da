/** The loss-based part of Google congestion control (draft-ietf-rmcat-gcc-02, section 6). */
const littleLoss = 0.02;
const muchLoss = 0.1;
const growth = 1.05;
/** Far above what a room sends: nothing is withheld from a recorder before something was lost. */
const startBps = 100_000_000;
/** About what voices and a lowest layer need: below it the server would withhold all video. */
const leastBps = 300_000;
/** It does not grow beyond a multiple of what has been seen to come through. */
const mostOverThroughput = 3;

/**
 * What the way to here carries, from losses alone: the server withholds layers or whole tracks by it. It falls when
 * more than 10 % are lost, and rises by 5 % with each report while less than 2 % are.
 */
export class BandwidthEstimate {
  #bps = startBps;
  #hasFallen = false;

  /** What the way carries, in bits a second. */
  get bps(): number {
    return this.#bps;
  }

  /**
   * Takes what came since the last report, of all streams together.
   *
   * @param lost of those expected, before anything was resent
   * @param throughputBps what came
   */
  report(expected: number, lost: number, throughputBps: number): void {
    if (expected <= 0) return;
    const loss = Math.max(0, lost) / expected;
    if (loss > muchLoss) {
      // What cannot have come through is no start: from there it falls.
      const fromBps = this.#hasFallen ? this.#bps : Math.min(this.#bps, 2 * throughputBps);
      this.#hasFallen = true;
      this.#bps = Math.max(leastBps, fromBps * (1 - 0.5 * loss));
      return;
    }
    if (loss >= littleLoss || !this.#hasFallen) return;
    const mostBps = Math.max(leastBps, this.#bps, mostOverThroughput * throughputBps);
    this.#bps = Math.min(startBps, mostBps, this.#bps * growth);
    if (this.#bps >= startBps) this.#hasFallen = false;
  }
}
