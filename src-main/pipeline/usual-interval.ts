/** A little below the median: where a third of the frames are lost, more than a third of the intervals are too long. */
const quantile = 0.45;
/** An interval this near to the usual one is of the track's rate; a track that has no rate shows no gaps. */
const regularTolerance = 0.3;
/** Half of the frames may be lost at random, and this share of the intervals still has the track's length. */
const regularShare = 0.4;

/** The usual one of some intervals, of which there is at least one; Infinity when they have no length in common. @param intervals sorted by it */
export function usualOf(intervals: Float64Array): number {
  intervals.sort();
  const usual = intervals[Math.floor(quantile * (intervals.length - 1))] ?? 0;
  let regular = 0;
  for (const interval of intervals) {
    if (Math.abs(interval - usual) <= regularTolerance * usual) regular += 1;
  }
  return regular >= regularShare * intervals.length ? usual : Infinity;
}
