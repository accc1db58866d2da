import type { FlatnessLimits, FlatnessVerdict, ProcessVerdict } from '../contract/verdict.js';
import { flatnessLimits } from '../contract/verdict-rules.js';

/*
 * Whether a process's memory is flat: the Theil-Sen slope over the minima of blocks of time, with Sen's confidence
 * interval (P. K. Sen, 1968, "Estimates of the regression coefficient based on Kendall's tau"). Minima, because
 * garbage collection draws saw-teeth whose lower edge is what is really held; a slope of medians, because one late
 * collection must not tilt it.
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
 * @param minima in order of time; with fewer than `flatnessLimits.minBlocks` the verdict is `undecided`
 * @param limits see `limitsOver`
 */
export function judgeBlocks(minima: readonly BlockMinimum[], limits: FlatnessLimits): ProcessVerdict {
  if (minima.length < flatnessLimits.minBlocks) return { verdict: 'undecided', slope: null };
  const slope = theilSenSlope(minima);
  return { verdict: verdictOn(slope, limits), slope };
}

function verdictOn(slope: Slope, limits: FlatnessLimits): FlatnessVerdict {
  if (slope.lowerMbPerMinute > limits.leakAboveMbPerMinute) return 'leaking';
  return slope.upperMbPerMinute < limits.flatBelowMbPerMinute ? 'flat' : 'undecided';
}

/**
 * The median of the slopes between all pairs, and Sen's interval around it by Kendall's variance.
 *
 * @param points in order of time, at least two
 * @returns megabytes (10^6 bytes) per minute
 */
export function theilSenSlope(points: readonly BlockMinimum[]): Slope {
  const slopes: number[] = [];
  for (const [index, from] of points.entries()) {
    for (const to of points.slice(index + 1)) {
      slopes.push(((to.rssBytes - from.rssBytes) / (to.atMs - from.atMs)) * (minuteMs / megabyte));
    }
  }
  slopes.sort((a, b) => a - b);
  const { length: count } = points;
  const spread = z90 * Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
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
