import type { TimedFrame } from './frame-times.js';
import type { StreamKind } from './part-marks.js';
import type { TakeTimeline } from './participant-file-options.js';
import { ResumeWait } from './resume-wait.js';

const neverPaused: TakeTimeline = { cut: (elapsedMs) => elapsedMs, isPausedAt: () => false };

/** Where a frame stands in the take, or why it stands nowhere. */
type Placed =
  | { readonly leftOut: null; readonly timed: TimedFrame }
  | {
      readonly leftOut: 'awaitingKey' | 'paused';
      /** Of the take: where the pause stands, of one that is left out for it. */
      readonly jointMs: number;
      /** The picture before it is in the file. */
      readonly isFirst: boolean;
    };

/** From the clock that packets carry to the take's timeline, on which there are no pauses. */
export class PauseGate {
  readonly #originMs: number;
  readonly #clock: TakeTimeline;
  /** Of pictures that build on those of a pause. */
  readonly resume = new ResumeWait();

  /** @param originMs when the take began, of the clock that packets carry */
  constructor(originMs: number, clock: TakeTimeline = neverPaused) {
    this.#originMs = originMs;
    this.#clock = clock;
  }

  /** Where a moment stands in the take. @param ms of the clock that packets carry */
  takeMs(ms: number): number {
    return this.#clock.cut(ms - this.#originMs);
  }

  /** Whether the take is paused then. @param ms of the clock that packets carry */
  isPausedAt(ms: number): boolean {
    return this.#clock.isPausedAt(ms - this.#originMs);
  }

  /** Whether what comes is counted for a pause: of video up to the key frame behind it. @param ms of the clock that packets carry */
  isCountedAsPaused(kind: StreamKind, ms: number): boolean {
    return this.isPausedAt(ms) || (kind === 'video' && this.resume.isInTime(this.takeMs(ms)));
  }

  /** Places a frame by its middle: a packet of audio that sounds in a pause for the most part is left out whole. */
  place(kind: StreamKind, { frame, timeMs }: TimedFrame): Placed {
    const halfMs = frame.durationMs / 2;
    const jointMs = this.takeMs(timeMs + halfMs);
    if (this.isPausedAt(timeMs + halfMs)) {
      const isFirst = kind === 'audio' || this.resume.paused(jointMs);
      return { leftOut: 'paused', jointMs, isFirst };
    }
    const timed = { frame, timeMs: jointMs - halfMs };
    const taken = kind === 'audio' ? timed : this.resume.take(timed);
    if (typeof taken !== 'string') return { leftOut: null, timed: taken };
    return { leftOut: taken, jointMs, isFirst: false };
  }
}
