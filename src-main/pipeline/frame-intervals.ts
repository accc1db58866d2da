import { usualOf } from './usual-interval.js';

/** Intervals on each side of one that tell which rate the track had there: half a second at 30 fps. */
export const neighbors = 15;
/** A gap this long is judged by one side alone where the other has no rate, as in the burst behind a standstill. Milliseconds. */
export const longGapMs = 1_000;

/**
 * The latest intervals between the frames of a track, each with its number since the last start, and the rates that they tell.
 * Times are milliseconds of one clock. Allocates nothing for a frame.
 */
export class FrameIntervals {
  readonly #intervals = new Float64Array(2 * neighbors + 1);
  readonly #endsMs = new Float64Array(2 * neighbors + 1);
  /** Frames that came in each interval and have no place in it. */
  readonly #unplacedIn = new Float64Array(2 * neighbors + 1);
  readonly #sorted = new Float64Array(neighbors);
  #seen = 0;

  /** Intervals since the last start. */
  get seen(): number {
    return this.#seen;
  }

  /** The next one. @param unplaced frames that came in it and have no place */
  add(intervalMs: number, endMs: number, unplaced: number): void {
    const slot = this.#slotOf(this.#seen);
    this.#intervals[slot] = intervalMs;
    this.#endsMs[slot] = endMs;
    this.#unplacedIn[slot] = unplaced;
    this.#seen += 1;
  }

  /** What follows has nothing to do with what came. */
  restart(): void {
    this.#seen = 0;
  }

  /** Where the one of that number began. */
  fromMs(at: number): number {
    return this.toMs(at) - this.lengthMs(at);
  }

  /** Where it ended. */
  toMs(at: number): number {
    return this.#endsMs[this.#slotOf(at)] ?? 0;
  }

  /** How long it is. */
  lengthMs(at: number): number {
    return this.#intervals[this.#slotOf(at)] ?? 0;
  }

  /** Frames that came in it and have no place. */
  unplacedIn(at: number): number {
    return this.#unplacedIn[this.#slotOf(at)] ?? 0;
  }

  /**
   * A frame that has no place would stand at that time: in a long gap.
   *
   * @param from the first interval to look at
   * @returns whether there is such a gap
   */
  noteUnplaced(timeMs: number, from: number): boolean {
    for (let at = from; at < this.#seen; at += 1) {
      if (this.lengthMs(at) < longGapMs || timeMs >= this.toMs(at) || timeMs <= this.fromMs(at)) continue;
      this.#unplacedIn[this.#slotOf(at)] = this.unplacedIn(at) + 1;
      return true;
    }
    return false;
  }

  /** The usual interval of the last ones; 0 without any, Infinity when they have no length in common. */
  get latestMs(): number {
    return this.#rateOf(this.#seen - neighbors, this.#seen);
  }

  /** The track's own interval around one of them, 0 where nobody knows: the longer of those before it and behind it. */
  usualAroundMs(at: number): number {
    const before = this.#rateOf(at - neighbors, at);
    const after = this.#rateOf(at + 1, Math.min(this.#seen, at + 1 + neighbors));
    // At the beginning and at the end one side tells for both.
    const isLong = this.lengthMs(at) >= longGapMs && Math.min(before, after) > 0;
    return isLong && !Number.isFinite(Math.max(before, after))
      ? Math.min(before, after)
      : Math.max(before, after);
  }

  get #oldest(): number {
    return Math.max(0, this.#seen - this.#intervals.length);
  }

  #slotOf(at: number): number {
    return at % this.#intervals.length;
  }

  #rateOf(first: number, end: number): number {
    const from = Math.max(this.#oldest, first);
    const size = end - from;
    if (size <= 0) return 0;
    const sorted = this.#sorted.subarray(0, size);
    for (let index = 0; index < size; index += 1) sorted[index] = this.lengthMs(from + index);
    return usualOf(sorted);
  }
}
