import type { LateAudio } from './late-audio.js';

/** Frames that come after a pause of this length come in a burst: when they were due is seen after it. */
const pauseMs = 200;
/**
 * Far below the queue's cap. Behind a pause `pause`, and up to `late` while it is not known what of the burst is made up: WebRTC is
 * asked five times a second, and on a busy machine it answers, or is asked, half a second later. What is let go without an answer
 * stands too late by the whole burst, until audio is left out to be in time again.
 */
const holdMs = { known: 100, pause: 250, late: 1_200, unknown: 850 } as const;
/** The first one may have been taken while the jitter buffer was still finding its length. */
const readingsWanted = 2;

/**
 * Whether the frames of an audio stream are to be kept back until it is known where they stand: at its start until its
 * jitter buffer's delay has been read, after a pause until the burst is over.
 */
export class AudioHold {
  readonly #late: Pick<LateAudio, 'begin' | 'isAwaited' | 'restart'>;
  #hold: { readonly sinceMs: number; readonly isStart: boolean } | null = null;
  #previousMs: number | null = null;

  /** @param late is told of pauses, and waited for behind them */
  constructor(late: Pick<LateAudio, 'begin' | 'isAwaited' | 'restart'>) {
    this.#late = late;
  }

  /** Frames are kept back. */
  get isOn(): boolean {
    return this.#hold !== null;
  }

  /** A new stream follows: its first frame is kept back. */
  restart(): void {
    this.#previousMs = null;
    this.#late.restart();
  }

  /**
   * A frame has come.
   *
   * @param arrivalMs of a clock that only goes forward
   * @returns whether it came after a pause
   */
  arrived(arrivalMs: number): boolean {
    const previousMs = this.#previousMs;
    this.#previousMs = arrivalMs;
    if (previousMs === null) {
      this.#hold = { sinceMs: arrivalMs, isStart: true };
      return false;
    }
    const isAfterPause = arrivalMs - previousMs > pauseMs;
    if (isAfterPause) {
      this.#hold = { sinceMs: arrivalMs, isStart: false };
      this.#late.begin(arrivalMs, arrivalMs - previousMs);
    }
    return isAfterPause;
  }

  /** Whether what is kept back can be let go. @param readings of its jitter buffer's delay */
  isOver(nowMs: number, readings: number): boolean {
    if (this.#hold === null) return false;
    const { sinceMs, isStart } = this.#hold;
    const heldMs = nowMs - sinceMs;
    if (!isStart) return heldMs >= (this.#late.isAwaited ? holdMs.late : holdMs.pause);
    return heldMs >= (readings >= readingsWanted ? holdMs.known : holdMs.unknown);
  }

  /** Nothing is kept back any more. */
  release(): void {
    this.#hold = null;
  }
}
