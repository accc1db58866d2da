/** Cameras do not keep time to the millisecond: a picture that comes this much early is on time. */
const tolerance = 0.9;

/** How many pictures a second are kept of each stream while memory is short; all streams of a take share it. */
export class PictureLimit {
  /** Null keeps every picture. */
  maxPerSecond: number | null = null;

  /** Whether a picture may follow the one that was kept at `keptAtMs`. */
  allows(timeMs: number, keptAtMs: number): boolean {
    return this.maxPerSecond === null || timeMs - keptAtMs >= (tolerance * 1000) / this.maxPerSecond;
  }
}
