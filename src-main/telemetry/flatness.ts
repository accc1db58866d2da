import type { FlatnessLimits, FlatnessVerdict, ProcessVerdict } from '../contract/verdict.js';
import { flatnessLimits } from '../contract/verdict-rules.js';

/*
 * Whether a process's memory is flat: the Theil-Sen slope over the minima of blocks of time, with Sen's confidence
 * interval (P. K. Sen, 1968, "Estimates of the regression coefficient based on Kendall's tau"). Minima, because
 * garbage collection draws saw-teeth whose lower edge is what is really held; a slope of medians, because one late
 * collection must not tilt it. Where the workload changed, only blocks of one stretch are compared, and variances add up:
 * the seasonal Kendall test and slope (R. M. Hirsch, J. R. Slack and R. A. Smith, 1982, "Techniques of trend analysis for
 * monthly water quality data"), with stretches in the place of seasons.
 */

type Slope = NonNullable<ProcessVerdict['slope']>;

/** Two-sided 90 % of the normal distribution; belongs to `flatnessLimits.confidencePercent`. */
const z90 = 1.645;

const megabyte = 1e6;
const minuteMs = 60_000;

/** The smallest reading of a block of time, placed at its middle. */
export interface BlockMinimum {
  readonly atMs: number;
  readonly rssBytes: number;
}

/**
 * Judges block minima.
 *
 * @param stretches of time with one workload each; minima in order of time. With too few the verdict is `undecided`
 * @param limits see `limitsOver`
 */
export function judgeBlocks(
  stretches: readonly (readonly BlockMinimum[])[],
  limits: FlatnessLimits,
): ProcessVerdict {
  if (!isEnough(stretches.map(({ length }) => length))) return { verdict: 'undecided', slope: null };
  const slope = theilSenSlope(stretches);
  return { verdict: verdictOn(slope, limits), slope };
}

/**
 * Whether there are blocks enough for an interval: as many orders that they could be in by chance as
 * `flatnessLimits.minBlocks` in one stretch have.
 *
 * @param lengths how many blocks each stretch has
 */
export function isEnough(lengths: readonly number[]): boolean {
  const orders = lengths.reduce(
    (product, length) => product * factorial(Math.min(length, flatnessLimits.minBlocks)),
    1,
  );
  return orders >= factorial(flatnessLimits.minBlocks);
}

function factorial(count: number): number {
  return count < 2 ? 1 : count * factorial(count - 1);
}

function verdictOn(slope: Slope, limits: FlatnessLimits): FlatnessVerdict {
  if (slope.lowerMbPerMinute > limits.leakAboveMbPerMinute) return 'leaking';
  return slope.upperMbPerMinute < limits.flatBelowMbPerMinute ? 'flat' : 'undecided';
}

/**
 * The median of the slopes between all pairs within a stretch, and Sen's interval around it by Kendall's variance.
 *
 * @param stretches points in order of time, at least two in one of them
 * @returns megabytes (10^6 bytes) per minute
 */
export function theilSenSlope(stretches: readonly (readonly BlockMinimum[])[]): Slope {
  const slopes: number[] = [];
  let variance = 0;
  for (const points of stretches) {
    for (const [index, from] of points.entries()) {
      for (const to of points.slice(index + 1)) {
        slopes.push(((to.rssBytes - from.rssBytes) / (to.atMs - from.atMs)) * (minuteMs / megabyte));
      }
    }
    const { length: count } = points;
    variance += (count * (count - 1) * (2 * count + 5)) / 18;
  }
  slopes.sort((a, b) => a - b);
  const spread = z90 * Math.sqrt(variance);
  // Ranks are rounded outwards: rather undecided than wrong.
  const lowerRank = Math.max(0, Math.floor((slopes.length - spread) / 2) - 1);
  const upperRank = Math.min(slopes.length - 1, Math.ceil((slopes.length + spread) / 2));
  return {
    mbPerMinute: median(slopes),
    lowerMbPerMinute: slopes[lowerRank] ?? NaN,
    upperMbPerMinute: slopes[upperRank] ?? NaN,
  };
}

/** The middle value; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? NaN)) / 2 : upper;
}
