/**
 * Whether a process's memory is flat: the Theil-Sen slope over the minima of blocks of time, with a 90 %
 * confidence interval. Minima, because garbage collection draws saw-teeth whose lower edge is what is
 * really held; a slope of medians, because one late collection must not tilt it.
 */

import type { FlatnessVerdict, ProcessVerdict } from '../contract/verdict.js';

/** One reading of resident memory; null when it could not be read. */
export interface MemoryReading {
  readonly atMs: number;
  readonly rssBytes: number | null;
}

export interface FlatnessOptions {
  /** Left out at the start, from the first reading on: caches and code are still being filled. */
  readonly warmUpMs: number;
  /** Length of a block: two minutes suit half an hour. */
  readonly blockMs: number;
}

export interface Slope {
  readonly mbPerMinute: number;
  /** Ends of the 90 % confidence interval. */
  readonly lowerMbPerMinute: number;
  readonly upperMbPerMinute: number;
}

export interface Flatness {
  /** `undecided` when the readings allow both; `unreadable` when one of them is missing. */
  readonly verdict: FlatnessVerdict;
  /** Null when there are too few blocks for an interval. */
  readonly slope: Slope | null;
  readonly blockMinimaBytes: readonly number[];
}

/** Leaking: the whole interval is above it. */
const leakMbPerMinute = 0.5;
/** Flat: the whole interval is below it. */
const flatMbPerMinute = 1;
/** Two-sided 90 % of the normal distribution. */
const z90 = 1.645;
/** With fewer the interval is as wide as all slopes together, and says nothing. */
const minBlocks = 5;

const megabyte = 1e6;
const minuteMs = 60_000;

/** Says what the readings, in order of time, allow to be said; never more. */
export function judgeFlatness(readings: readonly MemoryReading[], options: FlatnessOptions): Flatness {
  const startMs = (readings[0]?.atMs ?? 0) + options.warmUpMs;
  const judged = readings.filter(({ atMs }) => atMs >= startMs);
  if (judged.some(({ rssBytes }) => rssBytes === null)) {
    return { verdict: 'unreadable', slope: null, blockMinimaBytes: [] };
  }
  const minima = blockMinima(judged, startMs, options.blockMs);
  return { ...judgeBlocks(minima), blockMinimaBytes: minima.map(({ rssBytes }) => rssBytes) };
}

/** The smallest reading of a block of time, placed at its middle. */
export interface BlockMinimum {
  readonly atMs: number;
  readonly rssBytes: number;
}

/** Judges block minima, in order of time. Fewer than five allow nothing to be said. */
export function judgeBlocks(minima: readonly BlockMinimum[]): ProcessVerdict {
  if (minima.length < minBlocks) return { verdict: 'undecided', slope: null };
  const slope = theilSenSlope(minima);
  return { verdict: verdictOn(slope), slope };
}

function verdictOn(slope: Slope): 'flat' | 'leaking' | 'undecided' {
  if (slope.lowerMbPerMinute > leakMbPerMinute) return 'leaking';
  return slope.upperMbPerMinute < flatMbPerMinute ? 'flat' : 'undecided';
}

/** The smallest reading of each whole block, at the block's middle. A block without a reading is left out. */
function blockMinima(readings: readonly MemoryReading[], startMs: number, blockMs: number): BlockMinimum[] {
  const minima = new Map<number, number>();
  for (const { atMs, rssBytes } of readings) {
    if (rssBytes === null) continue;
    const block = Math.floor((atMs - startMs) / blockMs);
    minima.set(block, Math.min(minima.get(block) ?? Infinity, rssBytes));
  }
  const endMs = readings.at(-1)?.atMs ?? startMs;
  // Readings come at intervals: a last block that lacks no more than one of them counts as whole.
  const intervalMs = (endMs - startMs) / Math.max(1, readings.length - 1);
  return [...minima]
    .filter(([block]) => startMs + (block + 1) * blockMs <= endMs + 2 * intervalMs)
    .map(([block, value]) => ({ atMs: startMs + (block + 0.5) * blockMs, rssBytes: value }));
}

/** The median of the slopes between all pairs, and Sen's interval around it (by Kendall's variance). */
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
