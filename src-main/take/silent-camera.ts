import type { Interval } from '../pipeline/missed-frames.js';
import { FrameSteps } from './frame-steps.js';
import { longWaitMs } from './key-frame-wait.js';

/** A camera that is on and delivers nothing for this long has a gap, unless its frames are as far apart. In milliseconds. */
export const silentAfterMs = 3_000;

/**
 * What arrives in so many looks without a picture is of pictures that cannot be shown: one frame comes within two. Of a camera that
 * sends one in two seconds nobody misses any.
 */
const leastLooks = 3;

/** When a camera that is on has delivered nothing. Times are milliseconds on the take's timeline. */
export class SilentCamera {
  readonly #onSilence: (fromMs: number, toMs: number) => void;
  #sinceMs: number | null = null;
  /** It has delivered something since it was switched on. */
  #hasShown = false;
  /** Its first picture came late: it may have been sent for a while, and wanted a key frame. */
  #waited: Interval | null = null;
  #steps = new FrameSteps();
  #lookedMs = 0;
  /** When its last frame was seen; null before the first since it was switched on. */
  #shownMs: number | null = null;
  /** It delivered nothing for a while, and nobody knows yet whether that is its own rate. */
  #doubt: Interval | null = null;
  #bytes: number | undefined;
  /** Looks in which something of it arrived, and no picture. */
  #looks = 0;

  /** @param onSilence it is over, and was long: what would have been shown is missing */
  constructor(onSilence: (fromMs: number, toMs: number) => void) {
    this.#onSilence = onSilence;
  }

  /** Since when it has delivered nothing; null while it does, or is off. */
  get sinceMs(): number | null {
    return this.#sinceMs;
  }

  /** How long it delivers nothing before that is a gap, in milliseconds. */
  get leastSilenceMs(): number {
    return Math.max(silentAfterMs, this.#steps.leastHoleMs ?? 0);
  }

  /**
   * Called a few times a second.
   *
   * @param received frames since the last call, which was at `lastMs` @param isDue it is on
   * @param bytes of it that have arrived, whether or not they can be decoded, without what only fills the line; undefined where that is
   *   not known
   */
  sample(received: number, isDue: boolean, lastMs: number, bytes?: number): void {
    const hasArrived = (bytes ?? 0) > (this.#bytes ?? Infinity);
    const lookMs = lastMs - this.#lookedMs;
    this.#lookedMs = lastMs;
    this.#bytes = bytes;
    if (received === 0 && isDue) {
      this.#sinceMs ??= lastMs;
      if (hasArrived) this.#looks += 1;
    } else if (received === 0) {
      this.end(lastMs);
    } else {
      if (received > 1 && lookMs > 0) this.#steps.note(lookMs / received);
      this.#shows(isDue, lastMs);
    }
  }

  /** It is off, or nothing follows. */
  end(untilMs: number): void {
    const fromMs = this.#sinceMs ?? untilMs;
    const waited = this.#waited;
    // One that goes before it has shown anything was waited for in vain.
    const leastMs = this.#hasShown ? this.#leastMs : longWaitMs;
    this.#decide(Infinity);
    if (untilMs - fromMs >= leastMs) this.#onSilence(fromMs, untilMs);
    // It was on for the wait more than for what it showed.
    else if (waited !== null && untilMs - waited.toMs < waited.toMs - waited.fromMs)
      this.#onSilence(waited.fromMs, waited.toMs);
    this.#hasShown = false;
    this.forget();
  }

  /** What it has not delivered up to now is on another account. */
  forget(): void {
    this.#looks = 0;
    this.#sinceMs = null;
    this.#waited = null;
    this.#shownMs = null;
    this.#doubt = null;
  }

  /** It goes on in the next part of the file. @param atMs where this one ends @param next of that part */
  cut(atMs: number, next: SilentCamera): void {
    const fromMs = this.#sinceMs;
    next.#hasShown = this.#hasShown;
    next.#steps = this.#steps;
    this.#decide(Infinity);
    if (fromMs !== null) {
      next.#sinceMs = atMs;
      if (atMs - fromMs >= this.#leastMs) this.#onSilence(fromMs, atMs);
    }
    this.forget();
  }

  #shows(isDue: boolean, atMs: number): void {
    const silence = { fromMs: this.#sinceMs ?? atMs, toMs: atMs };
    const silentMs = atMs - silence.fromMs;
    const stepMs = this.#shownMs === null ? null : atMs - this.#shownMs;
    let leastMs = this.#leastMs;
    const isDoubtful = this.#hasShown && leastMs === silentAfterMs && this.#steps.leastHoleMs === null;
    this.#sinceMs = null;
    this.#looks = 0;
    this.#shownMs = atMs;
    if (this.#doubt !== null && stepMs !== null) {
      this.#decide(stepMs);
      if (leastMs !== longWaitMs) leastMs = this.leastSilenceMs;
    } else if (isDoubtful && silentMs >= leastMs) {
      this.#doubt = silence;
      return;
    } else if (stepMs !== null) this.#steps.note(stepMs);
    if (silentMs >= leastMs) this.#onSilence(silence.fromMs, atMs);
    else if (isDue && !this.#hasShown && silentMs >= longWaitMs) this.#waited = silence;
    this.#hasShown = isDue;
  }

  /** Another step is known, and with it whether the first silence was one. @param stepMs Infinity where none follows */
  #decide(stepMs: number): void {
    const doubt = this.#doubt;
    this.#doubt = null;
    if (stepMs < Infinity) this.#steps.note(stepMs);
    if (doubt === null) return;
    const { fromMs, toMs } = doubt;
    if (toMs - fromMs >= (this.#steps.leastHoleMs ?? 0)) this.#onSilence(fromMs, toMs);
  }

  /** Of what has arrived and cannot be shown less is missed by somebody. */
  get #leastMs(): number {
    return this.#looks >= leastLooks ? longWaitMs : this.leastSilenceMs;
  }
}
