import type { PictureSize } from './encoded-frame.js';

/** So long after a track began or went on its layers may rise, in milliseconds: 0.4 to 2.8 s were measured. */
const riseMs = 4_000;
/** A gap of so long in a track's frames is a mute, after which the lowest layer comes first again. */
const gapMs = 1_500;
/** Of the declared area: encoders round sizes, and scale by a tenth when they are busy. */
const leastShare = 0.81;

/**
 * Tells pictures of the layers that a simulcast begins with from those that a track goes on with: a file of a size that lasts a
 * second is of no use to anybody.
 */
export class LayerRise {
  readonly #declaredPixels: number;
  #sinceMs: number | null = null;
  #lastMs: number | null = null;
  #isBelow = false;

  /** @param declared what the publication says; null when nothing is known, and then every size is right */
  constructor(declared: PictureSize | null) {
    this.#declaredPixels = declared === null ? 0 : declared.width * declared.height;
  }

  /** Whether a larger layer may still be on its way. */
  isRising(nowMs: number): boolean {
    return this.#sinceMs !== null && nowMs - this.#sinceMs < riseMs;
  }

  /**
   * Whether this picture belongs to a layer below the declared size, while a larger one may still come. To be asked once for
   * each whole picture, in order.
   *
   * @param keySize of a key frame; null for a picture that builds on others, which is as small as they are
   * @param nowMs when it came, of a monotonic clock
   */
  isBelow(keySize: PictureSize | null, nowMs: number): boolean {
    if (this.#lastMs === null || nowMs - this.#lastMs > gapMs) this.#sinceMs = nowMs;
    this.#lastMs = nowMs;
    if (keySize !== null) {
      const isSmall = keySize.width * keySize.height < leastShare * this.#declaredPixels;
      this.#isBelow = isSmall && this.isRising(nowMs);
    }
    return this.#isBelow;
  }
}
