/** A 30.2 fps camera is a 30 fps camera: sources up to 5 % above the limit pass untouched. */
const rateTolerance = 1.05;
/** Frames that may come in a burst, a third of a second at 30 fps: playout catching up after congestion must not cost any. */
const burstFrames = 10;

/**
 * Thins a stream to the profile's frame rate: a token bucket that fills at the limit and holds a small
 * burst. A stream at or below the rate passes, jitter included; one of twice the rate is halved evenly.
 */
export class FramePacer {
  readonly #tokensPerMs: number;
  #tokens = burstFrames;
  #lastMs = -Infinity;

  /** @param maxFps frames per second; null keeps every frame. */
  constructor(maxFps: number | null) {
    this.#tokensPerMs = maxFps === null ? Infinity : (maxFps * rateTolerance) / 1000;
  }

  /**
   * Whether the frame is one of those that are kept. Allocates nothing.
   *
   * @param timeMs where the frame stands, in milliseconds; frames come in order
   */
  keep(timeMs: number): boolean {
    const earned = Math.max(0, timeMs - this.#lastMs) * this.#tokensPerMs;
    this.#tokens = Math.min(burstFrames, this.#tokens + earned);
    this.#lastMs = timeMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
