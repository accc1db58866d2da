import { clipFrameCount, clipIndex, counterModulus, isClipCounter } from '../pattern/frame-code.js';

/** A stretch of a file's timeline, in milliseconds. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A flash and the beep that belongs to it. */
export interface MarkPair {
  readonly flashMs: number;
  readonly beepMs: number;
  /** Positive: the audio is late. */
  readonly offsetMs: number;
}

/** How far the audio is from the frames, over all pairs of a file. */
export interface OffsetStatistics {
  readonly medianMs: number;
  /** How far 95 % of the pairs stay within the median: what remains when a constant is removed. */
  readonly p95AbsAfterMedianMs: number;
  /** Slope over the file; 0 with fewer than three pairs. */
  readonly driftMsPerMin: number;
}

/**
 * What the burnt-in numbers say of frames that are missing, doubled or in the wrong order. Those of a clip go on
 * counting where it starts again, from the one that was seen first.
 */
export interface CounterStatistics {
  readonly first: number | null;
  readonly last: number | null;
  /** Numbers between first and last that no frame shows, in order. */
  readonly missing: readonly number[];
  /** A frame that shows the number of the frame before it once more, one entry for each. */
  readonly duplicated: readonly number[];
  /** Numbers that are lower than that of the frame before. */
  readonly backwards: readonly number[];
}

/** Half the distance of two marks would be ambiguous. */
const maxPairDistanceMs = 400;

/** Pairs each flash with the nearest beep. */
export function pairMarks(
  flashOnsetsMs: readonly number[],
  beepOnsetsMs: readonly number[],
): readonly MarkPair[] {
  const pairs: MarkPair[] = [];
  let beep = 0;
  for (const flashMs of flashOnsetsMs) {
    while (beep < beepOnsetsMs.length && (beepOnsetsMs[beep] ?? 0) < flashMs - maxPairDistanceMs) beep += 1;
    const beepMs = beepOnsetsMs[beep];
    if (beepMs === undefined || beepMs > flashMs + maxPairDistanceMs) continue;
    pairs.push({ flashMs, beepMs, offsetMs: beepMs - flashMs });
    beep += 1;
  }
  return pairs;
}

/** The value below which a share of the values lies (nearest rank). Of nothing: NaN. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Least-squares slope of the offsets over the file. */
function driftMsPerMin(pairs: readonly MarkPair[]): number {
  if (pairs.length < 3) return 0;
  const meanAt = pairs.reduce((sum, pair) => sum + pair.flashMs, 0) / pairs.length;
  const meanOffset = pairs.reduce((sum, pair) => sum + pair.offsetMs, 0) / pairs.length;
  let covariance = 0;
  let variance = 0;
  for (const { flashMs, offsetMs } of pairs) {
    covariance += (flashMs - meanAt) * (offsetMs - meanOffset);
    variance += (flashMs - meanAt) ** 2;
  }
  return variance === 0 ? 0 : (covariance / variance) * 60_000;
}

/** Null without a single pair. */
export function offsetStatistics(pairs: readonly MarkPair[]): OffsetStatistics | null {
  if (pairs.length === 0) return null;
  const offsets = pairs.map(({ offsetMs }) => offsetMs);
  const medianMs = quantile(offsets, 0.5);
  return {
    medianMs,
    p95AbsAfterMedianMs: quantile(
      offsets.map((offsetMs) => Math.abs(offsetMs - medianMs)),
      0.95,
    ),
    driftMsPerMin: driftMsPerMin(pairs),
  };
}

/** A clip's frame that lies at most this far back was doubled or swapped; further back, frames before it are lost. */
const maxClipBackwards = 60;

/**
 * How far a counter is ahead of the one before, negative for a step back; null between a clip and a painted
 * frame, which have no common count. Of a clip, a gap of a whole loop less {@link maxClipBackwards} frames or
 * more (18 s at 30 fps) is seen as shorter than it was: the number alone does not tell the loop.
 */
function counterStep(before: number, counter: number): number | null {
  if (isClipCounter(before) !== isClipCounter(counter)) return null;
  const isClip = isClipCounter(counter);
  const modulus = isClip ? clipFrameCount : counterModulus;
  const ahead = (counter - before + modulus) % modulus;
  const mostAhead = isClip ? clipFrameCount - maxClipBackwards : counterModulus / 2;
  return ahead > mostAhead ? ahead - modulus : ahead;
}

/** Compares each number with the one before it; frames without a readable number are passed over. */
export function counterStatistics(counters: readonly (number | null)[]): CounterStatistics {
  const missing: number[] = [];
  const duplicated: number[] = [];
  const backwards: number[] = [];
  let before: number | undefined;
  let first: number | null = null;
  let last: number | null = null;
  for (const counter of counters) {
    if (counter === null) continue;
    const step = before === undefined || last === null ? null : counterStep(before, counter);
    before = counter;
    if (step === null || last === null) {
      last = isClipCounter(counter) ? clipIndex(counter) : counter;
      first ??= last;
      continue;
    }
    for (let gap = 1; gap < step; gap += 1) missing.push(numberAfter(last, gap, counter));
    last = numberAfter(last, step, counter);
    if (step === 0) duplicated.push(last);
    if (step < 0) backwards.push(last);
  }
  return { first, last, missing, duplicated, backwards };
}

/** Painted frames start again at 0, a clip's numbers go on. */
function numberAfter(number: number, step: number, counter: number): number {
  return isClipCounter(counter) ? number + step : (number + step + counterModulus) % counterModulus;
}
