/** Cameras do not keep time to the millisecond: a frame that comes this much early is on time. */
const tolerance = 0.9;

/** How many frames a second are kept of each stream while memory is short; all streams of a take share it. */
export class FrameRateLimit {
  /** Null keeps every frame. */
  maxPerSecond: number | null = null;

  /** Whether a frame may follow the one that was kept at `keptAtMs`. */
  allows(timeMs: number, keptAtMs: number): boolean {
    return this.maxPerSecond === null || timeMs - keptAtMs >= (tolerance * 1000) / this.maxPerSecond;
  }
}
