import type { LossGap } from '../contract/stamps.js';
import type { FoundLoss, Interval } from '../pipeline/missed-frames.js';

/** Losses that are nearer to each other than this are one stretch. */
export const mergeWithinMs = 1_000;
/** Fewer frames in a stretch are no gap: a sixth of a second at 30 fps. */
export const minGapFrames = 5;
/** Nor is a smaller share of what was due in it, or in a second. */
const minGapShare = 0.05;

/** What was lost of a camera in a stretch of time. */
export interface LostVideo extends Interval {
  readonly dropped: number;
  /** Never arrived. */
  readonly missed: number;
  /** What came in that time. */
  readonly received: number;
}

/** Where what never arrived would stand. */
interface Found {
  readonly found: readonly FoundLoss[] | undefined;
}

interface Stretch {
  fromMs: number;
  toMs: number;
  /** When something was last seen to be lost in it. */
  seenMs: number;
  lost: number;
  /** Frames that should have come since it began. */
  due: number;
  /** The part of what is lost that never arrived. */
  missed: number;
}

/** Puts losses of video that are near to each other together: where they are enough, they are a gap. */
export class VideoStretch {
  #open: Stretch | null = null;
  readonly #onGap: (gap: LossGap) => void;

  /** @param onGap a stretch is over, and was one */
  constructor(onGap: (gap: LossGap) => void) {
    this.#onGap = onGap;
  }

  /** So many frames have come, or should have, since the last call. */
  due(frames: number, nowMs: number): void {
    if (this.#open === null) return;
    if (nowMs - this.#open.seenMs > mergeWithinMs) this.close();
    else this.#open.due += frames;
  }

  /**
   * Frames were lost since the last look. What was missed is found out late, and may be far from what was dropped meanwhile.
   *
   * @param found where it was missed; empty where that is since the last look as well @param since ends at the present
   */
  lose(
    { dropped, found = [], missed, received }: Omit<LostVideo, keyof Interval> & Found,
    since: Interval,
  ): void {
    const isPlaced = missed > 0 && found.length > 0;
    if (isPlaced) {
      // A long one may be found out before a short one that was earlier.
      const fromMs = Math.min(...found.map((loss) => loss.fromMs));
      const toMs = Math.max(...found.map((loss) => loss.toMs));
      this.add({ fromMs, toMs, dropped: 0, missed, received }, since.toMs);
    }
    const others = isPlaced ? 0 : Math.max(0, missed);
    if (dropped + others > 0) this.add({ ...since, dropped, missed: others, received }, since.toMs);
  }

  /** Frames were lost. @param nowMs when that was seen; times are milliseconds on the take's timeline */
  add({ dropped, fromMs, missed, received, toMs }: LostVideo, nowMs: number): void {
    const open = this.#open;
    if (open !== null && (fromMs - open.toMs > mergeWithinMs || open.fromMs - toMs > mergeWithinMs))
      this.close();
    this.#open ??= { fromMs, toMs, seenMs: nowMs, lost: 0, due: received + missed, missed: 0 };
    this.#open.fromMs = Math.min(this.#open.fromMs, fromMs);
    this.#open.toMs = Math.max(this.#open.toMs, toMs);
    this.#open.seenMs = nowMs;
    this.#open.lost += dropped + missed;
    this.#open.missed += missed;
  }

  /** It reaches no further than that. */
  endAt(endMs: number): void {
    if (this.#open !== null) this.#open.toMs = Math.min(this.#open.toMs, endMs);
  }

  /** What follows is another one. */
  close(): void {
    const stretch = this.#open;
    this.#open = null;
    if (stretch === null || stretch.lost < minGapFrames) return;
    if (stretch.lost < minGapShare * stretch.due) return;
    this.#onGap({
      stream: 'video',
      atMs: stretch.fromMs,
      durationMs: stretch.toMs - stretch.fromMs,
      cause: stretch.missed * 2 > stretch.lost ? 'neverArrived' : 'dropped',
      lostFrames: stretch.lost,
    });
  }
}
