/** What was lost is counted by WebRTC up to this long before a gap is seen, and after. */
const beforeMs = 1000;
/** How long a gap has to wait until all is known that may have been lost in it, in milliseconds. */
export const evidenceAfterMs = 1500;
/** Readings of the last seconds, twice a second. */
const maxReadings = 16;

/** What WebRTC had counted as lost by a reading. */
interface Reading {
  readonly atMs: number;
  /** Not found in a gap so far. */
  frames: number;
}

/** How many frames of a camera were lost, and when that was counted: no more can be missing in the gaps around it. */
export class LossEvidence {
  readonly #readings: Reading[] = [];

  /** Something was counted as lost. @param frames so many at the most; Infinity where nobody knows */
  note(atMs: number, frames: number): void {
    if (this.#readings.length >= maxReadings) this.#readings.shift();
    this.#readings.push({ atMs, frames });
  }

  /** Explains a gap. @param frames that it lacks @returns how many of them were lost; those explain no other gap */
  take({
    frames,
    fromMs,
    toMs,
  }: {
    readonly frames: number;
    readonly fromMs: number;
    readonly toMs: number;
  }): number {
    let left = frames;
    for (const reading of this.#readings) {
      if (reading.atMs < fromMs - beforeMs || reading.atMs > toMs + evidenceAfterMs) continue;
      const found = Math.min(left, reading.frames);
      reading.frames -= found;
      left -= found;
    }
    return frames - left;
  }
}
