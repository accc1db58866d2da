import type { LossGap, StreamGap } from '../contract/stamps.js';

/** Gaps that are kept; the longest stay. */
const maxGaps = 100;
/** What is nearer to an absence than this belongs to it. */
const nearMs = 1_000;
/** Of audio, what begins where the other ends is one silence; between two gaps of video a frame was shown. */
const touchingMs = 20;

/** The gaps of a file, in the order in which they were found: at most 100, the longest. */
export class GapList {
  readonly #gaps: LossGap[] = [];
  readonly #framesOf: (one: number, other: number) => number;
  #leftOut = 0;

  /** @param framesOf what two that are one hole have lost together: by default each counts frames of its own */
  constructor(framesOf = (one: number, other: number): number => one + other) {
    this.#framesOf = framesOf;
  }

  /** In the order in which they were found. */
  get all(): readonly LossGap[] {
    return this.#gaps;
  }

  /** How many shorter ones were left out. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /**
   * Keeps one more. A hole that is found in several ways, as frames that never came, as those that were dropped behind it
   * and as the silence of its source, is one.
   *
   * @returns what was given, in whole milliseconds
   */
  add(gap: LossGap): LossGap {
    const { atMs, durationMs } = gap;
    const whole = { ...gap, atMs: Math.max(0, Math.round(atMs)), durationMs: Math.round(durationMs) };
    let kept: LossGap = whole;
    for (let index = this.#gaps.length - 1; index >= 0; index -= 1) {
      const other = this.#gaps[index];
      if (other === undefined || !isSameHole(other, kept)) continue;
      kept = sumOf(other, kept, this.#framesOf);
      this.#gaps.splice(index, 1);
    }
    this.#gaps.push(kept);
    if (this.#gaps.length <= maxGaps) return whole;
    let shortest = 0;
    for (const [index, one] of this.#gaps.entries()) {
      if (one.durationMs < (this.#gaps[shortest]?.durationMs ?? 0)) shortest = index;
    }
    this.#gaps.splice(shortest, 1);
    this.#leftOut += 1;
    return whole;
  }

  /** The same, unless another one of its stream is there at that time. */
  addUnlessKnown(gap: LossGap): void {
    const endMs = gap.atMs + gap.durationMs;
    const isKnown = this.#gaps.some(
      ({ atMs, durationMs, stream }) =>
        stream === gap.stream && atMs <= endMs && atMs + durationMs >= gap.atMs,
    );
    if (!isKnown) this.add(gap);
  }

  /**
   * What lies for the most part within an absence is one gap with it; a long one that ends where it begins is another one. Times
   * are milliseconds on the take's timeline.
   */
  forgetWithin(stream: StreamGap['stream'], fromMs: number, toMs: number): void {
    for (let index = this.#gaps.length - 1; index >= 0; index -= 1) {
      const gap = this.#gaps[index];
      if (gap?.stream !== stream) continue;
      if (gap.durationMs > nearMs && gap.atMs + gap.durationMs < fromMs + touchingMs) continue;
      const withinMs =
        Math.min(gap.atMs + gap.durationMs, toMs + nearMs) - Math.max(gap.atMs, fromMs - nearMs);
      if (2 * withinMs > gap.durationMs) this.#gaps.splice(index, 1);
    }
  }
}

/** How many gaps some lists have, and how long the longest is. */
export function extentOf(
  lists: readonly { readonly gaps: readonly LossGap[]; readonly gapsLeftOut: number }[],
): { readonly count: number; readonly longestMs: number } {
  let [count, longestMs] = [0, 0];
  for (const { gaps, gapsLeftOut } of lists) {
    count += gaps.length + gapsLeftOut;
    for (const { durationMs } of gaps) longestMs = Math.max(longestMs, durationMs);
  }
  return { count, longestMs };
}

/** The greater part of one lies in the other, or nothing was to be heard between them. */
function isSameHole(one: LossGap, other: LossGap): boolean {
  if (one.stream !== other.stream) return false;
  const endMs = Math.min(one.atMs + one.durationMs, other.atMs + other.durationMs);
  const bothMs = endMs - Math.max(one.atMs, other.atMs);
  const isTouching = one.stream === 'audio' && one.cause === other.cause && Math.abs(bothMs) <= touchingMs;
  return isTouching || 2 * bothMs > Math.min(one.durationMs, other.durationMs);
}

/** From where the first begins to where the last ends. */
function sumOf(one: LossGap, other: LossGap, framesOf: (one: number, other: number) => number): LossGap {
  const atMs = Math.min(one.atMs, other.atMs);
  const endMs = Math.max(one.atMs + one.durationMs, other.atMs + other.durationMs);
  const knowsFrames = one.lostFrames !== null || other.lostFrames !== null;
  const isFirstLarger = knowsFrames
    ? (one.lostFrames ?? 0) >= (other.lostFrames ?? 0)
    : one.durationMs >= other.durationMs;
  return {
    ...{ stream: one.stream, atMs, durationMs: endMs - atMs },
    cause: (isFirstLarger ? one : other).cause,
    lostFrames: knowsFrames ? framesOf(one.lostFrames ?? 0, other.lostFrames ?? 0) : null,
  };
}

/**
 * Two lists of a file's gaps as its manifest has them, in order of time. A hole that both have is one, and both have counted the
 * frames that are lost in it.
 */
export function listedGaps(
  one: Pick<GapList, 'all' | 'leftOut'>,
  other: { readonly gaps: readonly LossGap[]; readonly gapsLeftOut: number },
): { readonly gaps: LossGap[]; readonly gapsLeftOut: number } {
  const both = new GapList(Math.max);
  for (const gap of [...one.all, ...other.gaps]) both.add(gap);
  return {
    gaps: both.all.toSorted((earlier, later) => earlier.atMs - later.atMs),
    gapsLeftOut: both.leftOut + one.leftOut + other.gapsLeftOut,
  };
}
