import type { minLevelDbfs } from '../../src-main/contract/media-events.js';

/** What the contract calls silence. */
export const silenceDbfs: typeof minLevelDbfs = -90;

const holdMs = 1_500;
const fallDbPerSecond = 20;

export interface MeterPosition {
  readonly levelDbfs: number;
  readonly heldDbfs: number;
  /** It has clipped since somebody last reset it. */
  readonly hasClipped: boolean;
}

/** A meter's ballistics: peaks stand for a moment, then fall; that it has clipped stays until it is reset. */
export class PeakHold {
  #levelDbfs: number = silenceDbfs;
  #heldDbfs: number = silenceDbfs;
  #heldAtMs = 0;
  #movedAtMs = 0;
  #hasClipped = false;

  /** @param nowMs a clock that only goes forward */
  move(peakDbfs: number, isClipping: boolean, nowMs: number): MeterPosition {
    const fallenDb = (Math.max(0, nowMs - this.#movedAtMs) / 1000) * fallDbPerSecond;
    this.#movedAtMs = nowMs;
    // Rises at once, falls slowly: a meter that jumps cannot be read.
    this.#levelDbfs = Math.max(peakDbfs, this.#levelDbfs - 1.5 * fallenDb, silenceDbfs);
    if (peakDbfs >= this.#heldDbfs) {
      this.#heldDbfs = peakDbfs;
      this.#heldAtMs = nowMs;
    } else if (nowMs - this.#heldAtMs > holdMs) {
      this.#heldDbfs = Math.max(this.#levelDbfs, this.#heldDbfs - fallenDb);
    }
    if (isClipping) this.#hasClipped = true;
    return {
      levelDbfs: this.#levelDbfs,
      heldDbfs: this.#heldDbfs,
      hasClipped: this.#hasClipped,
    };
  }

  /** Somebody has seen that it has clipped. */
  resetClip(): void {
    this.#hasClipped = false;
  }
}

/** The part of the scale that is drawn: what is quieter cannot be told apart anyway. */
export const meterFloorDbfs = -60;

/** 0 at the floor of the drawn scale, 1 at full scale. */
export function shareOfScale(dbfs: number): number {
  return Math.min(1, Math.max(0, 1 - dbfs / meterFloorDbfs));
}
