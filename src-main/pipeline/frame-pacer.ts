/** A 30.2 fps camera is a 30 fps camera: sources up to 5 % above the limit pass untouched. */
const rateTolerance = 1.05;
/** How early a picture may come, in intervals; below one half, so that twice the rate is thinned evenly. */
const earlyGrace = 0.4;

/**
 * Thins a stream to the profile's frame rate. Each kept picture moves a slot on by one interval; a
 * picture well ahead of its slot is refused. A stream at or below the rate passes, jitter included.
 */
export class FramePacer {
  readonly #intervalMs: number;
  #dueMs = -Infinity;

  /** @param maxFps frames per second; null keeps every picture. */
  constructor(maxFps: number | null) {
    this.#intervalMs = maxFps === null ? 0 : 1000 / (maxFps * rateTolerance);
  }

  keep(timeMs: number): boolean {
    if (this.#intervalMs === 0) return true;
    if (timeMs < this.#dueMs - earlyGrace * this.#intervalMs) return false;
    // Moving on from the slot, not from the picture, holds the average; after a gap the slots start anew.
    const late = timeMs - this.#dueMs > this.#intervalMs;
    this.#dueMs = (late ? timeMs : this.#dueMs) + this.#intervalMs;
    return true;
  }
}
