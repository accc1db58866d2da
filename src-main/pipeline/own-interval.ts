/** A second or two of a camera. */
const keptIntervals = 64;
/** The longest of so many tells how long a source may pause; a pause that was longer than usual is soon forgotten. */
const recentIntervals = 8;

/**
 * A person notices a second; of a source that pauses by itself only what is three times as long as it ever was lately.
 */
const longGapMs = 1000;
const lateIntervals = 3;
/** A jitter buffer and a busy machine delay frames by less, in milliseconds. */
const overdueMs = 500;
/** How fast a source is by itself is known from so many intervals on. */
const knownIntervals = 3;

/** How often a source sends frames by itself, from the times at which they arrive. Allocates nothing per frame. */
export class OwnInterval {
  readonly #intervalsMs = new Float64Array(keptIntervals);
  #count = 0;
  #newestUs: number | null = null;

  /** A frame has arrived. @param arrivalUs microseconds of the monotonic clock */
  note(arrivalUs: number): void {
    if (this.#newestUs !== null) {
      this.#intervalsMs[this.#count % keptIntervals] = (arrivalUs - this.#newestUs) / 1000;
      this.#count += 1;
    }
    this.#newestUs = arrivalUs;
  }

  /** The time before the next frame is no interval. */
  restart(): void {
    this.#count = 0;
    this.#newestUs = null;
  }

  /** How many intervals are known. */
  get count(): number {
    return this.#count;
  }

  /** The longest of the latest eight, in milliseconds; 0 before the second frame. */
  get longestMs(): number {
    let longest = 0;
    for (let back = 1; back <= Math.min(recentIntervals, this.#count); back += 1) {
      longest = Math.max(longest, this.#intervalsMs[(this.#count - back) % keptIntervals] ?? 0);
    }
    return longest;
  }

  /**
   * Which share of its frames arrives, when the others are lost one here and one there: the lower quartile of the
   * intervals is the source's own, and their mean is what arrives. 1 while too few are known.
   */
  get shareOfFrames(): number {
    const count = Math.min(keptIntervals, this.#count);
    if (count < keptIntervals / 2) return 1;
    const sorted = this.#intervalsMs.slice(0, count).sort();
    const mean = sorted.reduce((sum, ms) => sum + ms, 0) / count;
    return mean <= 0 ? 1 : Math.min(1, (sorted[Math.floor(count / 4)] ?? mean) / mean);
  }

  /** Whether a frame should have come by now, beyond doubt. @param gapMs since the last one */
  isOverdue(gapMs: number): boolean {
    return this.count >= knownIntervals && gapMs > overdueMs && gapMs > lateIntervals * this.longestMs;
  }

  /** Whether a gap is worth a line in the log: above a second, unless the source is that slow by itself. */
  isLongGap(gapMs: number): boolean {
    if (this.count < knownIntervals) return false;
    return gapMs > longGapMs && gapMs > lateIntervals * this.longestMs;
  }
}
