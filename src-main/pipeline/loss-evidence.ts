import { onTheirWay } from './undelivered-frames.js';

/** What was lost is counted by WebRTC up to this long before a gap is seen, and after. */
const beforeMs = 1000;
/** How long a gap has to wait until all is known that may have been lost in it, in milliseconds. */
export const evidenceAfterMs = 1500;
/** Readings of the last seconds, twice a second. */
const maxReadings = 16;

/** What WebRTC counted of a video track up to now. */
export interface FrameLossFigures {
  readonly packetsLost: number;
  readonly framesDecoded?: number | undefined;
  readonly framesDropped?: number | undefined;
}

/** What WebRTC had counted as lost by a reading. */
interface Reading {
  readonly atMs: number;
  /** Not found in a gap so far. */
  frames: number;
  /** Of those at the most: what may only be late. */
  late: number;
}

/** How many frames of a camera were lost, and when that was counted: no more can be missing in the gaps around it. */
export class LossEvidence {
  readonly #readings: Reading[] = [];

  /** Something was counted as lost. @param frames so many at the most; Infinity where nobody knows @param late of those: what may come yet */
  note(atMs: number, frames: number, late = 0): void {
    if (this.#readings.length >= maxReadings) this.#readings.shift();
    this.#readings.push({ atMs, frames, late });
  }

  /** So many of the frames that may have been late have come. What a gap was explained with stays. */
  withdraw(came: number): void {
    let left = came;
    for (let at = this.#readings.length - 1; at >= 0 && left > 0; at -= 1) {
      const reading = this.#readings[at];
      if (reading === undefined || reading.late === 0) continue;
      const lost = Math.max(0, reading.late - onTheirWay - left);
      left -= reading.late - onTheirWay - lost;
      const late = lost > 0 ? lost + onTheirWay : 0;
      reading.frames = Math.max(0, reading.frames - (reading.late - late));
      reading.late = late;
    }
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
