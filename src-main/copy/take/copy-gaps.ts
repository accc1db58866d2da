import type { LossGap } from '../../contract/stamps.js';

/** Gaps that are kept; the longest stay. */
const mostGaps = 100;

/** Where something is missing from a file, as its packets tell: each loss with its time. At most 100 are kept. */
export class CopyGaps {
  readonly #gaps: LossGap[] = [];
  #leftOut = 0;

  /** In the order of time. */
  get all(): readonly LossGap[] {
    return this.#gaps;
  }

  /** How many shorter ones were left out. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Notes one that has ended. @returns it, in whole milliseconds */
  add({ stream, atMs, durationMs, lostFrames }: Omit<LossGap, 'cause'>): LossGap {
    const gap: LossGap = {
      ...{ stream, lostFrames, cause: 'neverArrived' },
      atMs: Math.max(0, Math.round(atMs)),
      durationMs: Math.round(durationMs),
    };
    this.#gaps.push(gap);
    if (this.#gaps.length <= mostGaps) return gap;
    let shortest = 0;
    for (const [index, one] of this.#gaps.entries())
      if (one.durationMs < (this.#gaps[shortest]?.durationMs ?? 0)) shortest = index;
    this.#gaps.splice(shortest, 1);
    this.#leftOut += 1;
    return gap;
  }
}
