import type { Stretch } from './outage.js';

/** A packet may begin this much before the end of the one before: clocks are brought together in steps. */
export const overlapMs = 15;
/** Less of it nobody hears, and a sender's clock is as far off. */
export const leastGapMs = 5;
/** So long a muted one sends silence at most: what was sent later is of one that is on again, which was told late. In milliseconds. */
const mutedMs = 1_500;

/** A packet that has no place any more, and what is known of its microphone. Times are the file's, in milliseconds. */
interface LatePacket {
  readonly timeMs: number;
  readonly durationMs: number;
  /** Packets that were lost right before it. */
  readonly lostBefore: number;
  /** Where the last packet that was sent ends. */
  readonly soundedMs: number;
  /** Since when the microphone is off; Infinity while it is on. */
  readonly offMs: number;
}

/** What was sent while a microphone was on, and came when something else stood in its place: it is lost. */
export class LateAudio {
  #stretch: Stretch | null = null;

  /**
   * It is over silence, or over earlier sound of a clock that was set back.
   *
   * @returns the stretch before it that it does not go on from; null for none
   */
  note({ durationMs, lostBefore, offMs, soundedMs, timeMs }: LatePacket): Stretch | null {
    if (timeMs >= offMs && timeMs < offMs + mutedMs) return null;
    const isOverSound = timeMs < soundedMs - overlapMs;
    const fromMs = isOverSound ? timeMs : Math.max(soundedMs, timeMs - lostBefore * durationMs);
    const isApart = this.#stretch !== null && fromMs - this.#stretch.toMs > leastGapMs;
    const before = isApart ? this.take() : null;
    this.#stretch = { fromMs: this.#stretch?.fromMs ?? fromMs, toMs: timeMs + durationMs };
    return before;
  }

  /** What has come late since the last call; null for nothing. */
  take(): Stretch | null {
    const stretch = this.#stretch;
    this.#stretch = null;
    return stretch;
  }
}
