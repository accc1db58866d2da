import { MissedFrames } from '../pipeline/missed-frames.js';
import { OwnInterval } from '../pipeline/own-interval.js';

/** What a file's video is, and who hears of its gaps. */
interface FrameGapsOptions {
  /** No pause of such a source is a gap. */
  readonly canPause: boolean;
  /** Frames in a second of the file; null where each stands at its own time. */
  readonly constantFps: number | null;
  /** At the most; null for all. */
  readonly maxFps: number | null;
  /** A gap was longer than the source's own pauses, and than a second. */
  readonly onLongGap: (gapMs: number) => void;
}

/** The times between the frames of a live track. All times are milliseconds on the take's timeline. */
export class FrameGaps {
  readonly missed: MissedFrames;
  readonly #canPause: boolean;
  readonly #onLongGap: (gapMs: number) => void;
  readonly #own = new OwnInterval();
  /** Time of the newest frame that {@link FrameGaps.missed} knows. */
  #knownMs = -Infinity;
  /** Time of the newest frame that came from the track, while it is live. */
  #newestMs: number | null = null;
  #firstMs: number | null = null;
  #maxMs = 0;
  #maxSinceReadMs = 0;

  constructor({ canPause, constantFps, maxFps, onLongGap }: FrameGapsOptions) {
    const mostFps = constantFps ?? maxFps;
    this.#canPause = canPause;
    this.missed = new MissedFrames(canPause, mostFps === null ? 0 : 1000 / mostFps);
    this.#onLongGap = onLongGap;
  }

  /** Time of the newest frame that has come; -Infinity before the first. */
  get newestMs(): number {
    return this.#knownMs;
  }

  /** Time of the first frame since the track is on; null before it has come. */
  get firstMs(): number | null {
    return this.#firstMs;
  }

  /** The longest since the file began. */
  get maxMs(): number {
    return this.#maxMs;
  }

  /** The same, and another file begins. */
  takeMaxMs(): number {
    const maxMs = this.#maxMs;
    this.#maxMs = 0;
    return maxMs;
  }

  /** Since the newest frame of a live track, or the longest since the last call. */
  drainMaxMs(nowMs: number, isLive: boolean): number {
    const openMs = isLive && this.#newestMs !== null ? nowMs - this.#newestMs : 0;
    const gapMs = Math.max(openMs, this.#maxSinceReadMs);
    this.#maxSinceReadMs = 0;
    return gapMs;
  }

  /** Whether nothing has come of a live track for much longer than between its frames lately. */
  isOverdue(nowMs: number): boolean {
    return this.#newestMs !== null && !this.#canPause && this.#own.isOverdue(nowMs - this.#newestMs);
  }

  /** The next frame of the track. */
  add(timeMs: number): void {
    this.noteArrived(timeMs);
    const gapMs = this.#newestMs === null ? 0 : timeMs - this.#newestMs;
    this.#newestMs = timeMs;
    // Before the new interval is known: a gap is what is longer than those before it.
    const isLong = this.#own.isLongGap(gapMs);
    this.#own.note(timeMs * 1000);
    if (gapMs > this.#maxMs) this.#maxMs = gapMs;
    if (gapMs > this.#maxSinceReadMs) this.#maxSinceReadMs = gapMs;
    if (isLong && !this.#canPause) this.#onLongGap(gapMs);
  }

  /** A frame has come, be it when its place was filled already: that is counted as a drop, and it is not missed as well. */
  noteArrived(timeMs: number): void {
    if (timeMs <= this.#knownMs) {
      this.missed.noteUnplaced();
      return;
    }
    this.#knownMs = timeMs;
    this.#firstMs ??= timeMs;
    this.missed.add(timeMs);
  }

  /** A frame has come that has no place, and is counted as a drop. @param timeMs as {@link MissedFrames.noteUnplaced} has it */
  noteUnplaced(timeMs?: number): void {
    this.missed.noteUnplaced(timeMs);
  }

  /** The track is off: the time until its next frame is no gap. */
  stop(): void {
    this.#newestMs = null;
    this.#firstMs = null;
    this.#own.restart();
    this.missed.stop();
  }
}

/** What others may know of them. */
export type ReadGaps = Pick<
  FrameGaps,
  'drainMaxMs' | 'firstMs' | 'isOverdue' | 'maxMs' | 'missed' | 'newestMs' | 'takeMaxMs'
>;
