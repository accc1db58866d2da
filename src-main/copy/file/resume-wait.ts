import type { TimedFrame } from './frame-times.js';

/**
 * So long a key frame may take once the take goes on: it is asked for at once. What comes before it belongs to the pause; what
 * comes later than this is missing. Milliseconds.
 */
const keyPatienceMs = 1_200;

/** After a pause pictures go on with a key frame: those in between build on what is in no file. */
export class ResumeWait {
  /** Where the pause stands on the take's timeline; null while no picture of one was left out. */
  #jointMs: number | null = null;
  /** Pictures that come too late for the pause are left out. */
  #isLacking = false;

  /** Whether a key frame is waited for. */
  get isAwaited(): boolean {
    return this.#jointMs !== null;
  }

  /** The same, and it is not late. @param nowMs of the take */
  isInTime(nowMs: number): boolean {
    return this.#jointMs !== null && nowMs - this.#jointMs <= keyPatienceMs;
  }

  /** Whether pictures are missing for want of one. */
  get isLacking(): boolean {
    return this.#isLacking;
  }

  /** Where one is waited for, it can come from then on alone: the camera was off. @param atMs of the take */
  begin(atMs: number): void {
    if (this.#jointMs !== null) this.#jointMs = atMs;
  }

  /** None is waited for any more. */
  cancel(): void {
    this.#jointMs = null;
    this.#isLacking = false;
  }

  /** A picture of a pause was left out. @returns whether it is the first @param jointMs where the pause stands */
  paused(jointMs: number): boolean {
    const isFirst = this.#jointMs === null;
    this.#jointMs = jointMs;
    return isFirst;
  }

  /** A picture of no pause comes. @returns how it goes into the file, or why it does not @param timed on the take's timeline */
  take(timed: TimedFrame): TimedFrame | 'awaitingKey' | 'paused' {
    if (this.#jointMs === null) return timed;
    const isLate = !this.isInTime(timed.timeMs);
    const { isKey, lostBefore, ...frame } = timed.frame;
    if (!isKey) {
      this.#isLacking ||= isLate;
      return isLate ? 'awaitingKey' : 'paused';
    }
    this.cancel();
    const lost = isLate ? { lostBefore: lostBefore ?? 0 } : {};
    return { ...timed, frame: { ...frame, isKey, ...lost, isAfterPause: true } };
  }
}
