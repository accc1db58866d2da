import { Rate } from './rate.js';

/** Less than a second has a frame more or less than its rate, and a start has those that had waited for it. */
const wholeMs = 1_000;

/** What became of the frames of a video, counted since its file began. */
export interface CountedFrames {
  readonly received: number;
  readonly written: number;
}

/** Frames per second that come and that are written. Null where there is no second to measure. */
export interface FramesPerSecond {
  readonly fpsIn: number | null;
  readonly fpsOut: number | null;
}

/** The frame rates of one video, over a whole second in which it was recorded. */
export class FrameRates {
  readonly #in = new Rate(wholeMs, wholeMs);
  readonly #out = new Rate(wholeMs, wholeMs);

  /**
   * Notes the counts and measures.
   *
   * @param nowMs of the room's clock: the take's stands still in a pause
   * @param isRecorded false in a pause, and of a file that has ended: neither has a rate, nor has what follows before a second
   */
  read(nowMs: number, { received, written }: CountedFrames, isRecorded: boolean): FramesPerSecond {
    if (isRecorded)
      return { fpsIn: this.#in.sample(nowMs, received), fpsOut: this.#out.sample(nowMs, written) };
    this.#in.restart();
    this.#out.restart();
    return { fpsIn: null, fpsOut: null };
  }
}
