import type { LossGap } from '../contract/stamps.js';
import type { Interval } from '../pipeline/missed-frames.js';
import { mergeWithinMs } from './video-stretch.js';

/** Less audio than this is no gap. */
export const minGapAudioMs = 100;
/** Silence in place of what was dropped is written when the queue before it is, at once: later silence has another cause. */
const dropsCountForMs = 5_000;

/**
 * A gap of audio has no count of its own: silence stands where audio was dropped and where none came. As much of it was
 * dropped as the account says.
 */
export function audioGap(atMs: number, lostMs: number, droppedMs: number): LossGap {
  const cause = 2 * droppedMs >= lostMs ? 'dropped' : 'neverArrived';
  return { stream: 'audio', atMs, durationMs: lostMs, cause, lostFrames: null };
}

/** Audio that was dropped and of which the silence has not been seen yet. */
export class DroppedAudio {
  #totalMs = 0;
  #ms = 0;
  #latestMs = -Infinity;

  /** The present count. @param totalMs what was dropped up to now, in milliseconds of audio @param nowMs on the take's timeline */
  sample(totalMs: number, nowMs: number): void {
    const ms = totalMs - this.#totalMs;
    this.#totalMs = totalMs;
    if (ms > 0) this.#latestMs = nowMs;
    else if (nowMs - this.#latestMs > dropsCountForMs) this.#ms = 0;
    this.#ms += ms;
  }

  /** So much is missing somewhere. @returns how much of it was dropped */
  take(lostMs: number): number {
    const droppedMs = Math.min(lostMs, this.#ms);
    this.#ms -= droppedMs;
    return droppedMs;
  }
}

/** What was lost of a microphone in a stretch of time. */
export interface LostAudio extends Interval {
  /** Milliseconds of audio. */
  readonly lost: number;
}

interface Stretch {
  fromMs: number;
  toMs: number;
  /** When something was last seen to be lost in it. */
  seenMs: number;
  /** Milliseconds of audio. */
  lost: number;
}

/** Puts losses of audio that are near to each other together: where they are enough, they are a gap. */
export class AudioStretch {
  #open: Stretch | null = null;
  readonly #dropped: DroppedAudio;
  readonly #onGap: (gap: LossGap) => void;

  /** @param dropped of all parts of the file @param onGap a stretch is over, and was one */
  constructor(dropped: DroppedAudio, onGap: (gap: LossGap) => void) {
    this.#dropped = dropped;
    this.#onGap = onGap;
  }

  /** Where the one begins that is open; null when none is. */
  get fromMs(): number | null {
    return this.#open?.fromMs ?? null;
  }

  /** Time goes by. @param nowMs on the take's timeline */
  passed(nowMs: number): void {
    if (this.#open !== null && nowMs - this.#open.seenMs > mergeWithinMs) this.close();
  }

  /** Audio was lost. @param nowMs when that was seen; times are milliseconds on the take's timeline */
  add({ fromMs, lost, toMs }: LostAudio, nowMs: number): void {
    if (this.#open !== null && fromMs - this.#open.toMs > mergeWithinMs) this.close();
    this.#open ??= { fromMs, toMs, seenMs: nowMs, lost: 0 };
    this.#open.toMs = Math.max(this.#open.toMs, toMs);
    this.#open.seenMs = nowMs;
    this.#open.lost += lost;
  }

  /** What reaches beyond a cut belongs to the next part's. */
  moveBeyond(cutMs: number, next: AudioStretch): void {
    const stretch = this.#open;
    const beyondMs = stretch === null ? 0 : stretch.fromMs + stretch.lost - cutMs;
    if (stretch === null || beyondMs <= 0) return;
    if (stretch.fromMs >= cutMs) {
      this.#open = null;
      next.#open = stretch;
      return;
    }
    stretch.toMs = cutMs;
    stretch.lost -= beyondMs;
    next.#open = { ...stretch, fromMs: cutMs, toMs: cutMs + beyondMs, lost: beyondMs };
  }

  /** What follows is another one. */
  close(): void {
    const stretch = this.#open;
    this.#open = null;
    if (stretch === null) return;
    const droppedMs = this.#dropped.take(stretch.lost);
    if (stretch.lost >= minGapAudioMs) this.#onGap(audioGap(stretch.fromMs, stretch.lost, droppedMs));
  }
}
