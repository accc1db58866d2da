import { clipFrameCount } from '../pattern/frame-code.js';

/**
 * Which frame of a clip is next, and when. A clip shows its flash at the start of each of its seconds, so a
 * frame fits only moments with the same place in the wall clock's second. After a pause the clip goes on with
 * the next frame, as soon as the clock stands there: within a second, and no number is left out.
 */
export class ClipPosition {
  readonly #fps: number;
  #index = 0;
  /** Moment of the next frame, counted in frame periods from the clock's zero. */
  #slot = 0;
  /** Frame periods of the moment for one of the clip. */
  #rate = 1;

  /** @param fps of the clip, a divisor of its number of frames */
  constructor(fps: number) {
    this.#fps = fps;
  }

  /** Number of the next frame in the clip, from 0. */
  get index(): number {
    return this.#index;
  }

  /** On the lab's clock. */
  get dueMs(): number {
    return (this.#slot * 1000) / (this.#fps * this.#rate);
  }

  /** Milliseconds from one frame to the next at the rate that the clip is played with. */
  get periodMs(): number {
    return 1000 / (this.#fps * this.#rate);
  }

  /** Whether the next frame is a key frame: each second of a clip begins with one. */
  get isAtKeyFrame(): boolean {
    return this.#index % this.#fps === 0;
  }

  /** The next frame is due at the first moment after this one that it fits. */
  resume(afterMs: number): void {
    this.#rate = 1;
    const first = Math.floor((afterMs * this.#fps) / 1000) + 1;
    const ahead = (((this.#index - first) % this.#fps) + this.#fps) % this.#fps;
    this.#slot = first + ahead;
  }

  /** Goes on to the following frame, a period later; after the last one the clip begins again. */
  advance(): void {
    this.#index = (this.#index + 1) % clipFrameCount;
    this.#slot += 1;
  }

  /**
   * Plays the clip faster from the next frame on; its seconds, and with them the flashes, then pass too fast.
   * {@link resume} ends it.
   *
   * @param rate a whole number
   */
  hasten(rate: number): void {
    this.#slot = (this.#slot / this.#rate) * rate;
    this.#rate = rate;
  }
}
