import { constantFps, type Profile } from '../contract/profile.js';
import { canShowOnce, placesInSlot } from '../ffmpeg/constant-rate-filters.js';

/** What of a file's slots has no frame of its own. Of a variable rate both are 0. */
export interface SlotCount {
  /** Slots in which no frame of a track stands for the first time: they show the last one once more, or black. */
  readonly repeatedFrames: number;
  /** Slots that were left empty, for the encoder had no time to show a frame again: the one before is shown longer. */
  readonly emptySlots: number;
}

/** Of no slots. */
export const noSlots: SlotCount = { repeatedFrames: 0, emptySlots: 0 };

/** Both together. */
export function sumOfSlots(one: SlotCount, other: SlotCount): SlotCount {
  return {
    repeatedFrames: one.repeatedFrames + other.repeatedFrames,
    emptySlots: one.emptySlots + other.emptySlots,
  };
}

/**
 * The input's side of a constant rate. ffmpeg shows a frame again in each empty slot behind it, unless the frame's place in
 * its slot says that it is to be shown once: this class says at which time a frame has to be handed over, so that it comes to
 * stand in its slot, and knows how many frames are shown again and how many slots are left empty.
 *
 * Times are milliseconds from the start of the segment, which is in a slot.
 */
export class ConstantRate {
  readonly #slotMs: number;
  readonly #canShowOnce: boolean;
  #last = -1;
  #repeated = 0;
  #emptied = 0;
  #emptyBefore = 0;
  /** Which of the two places of frames that are shown once the newest one has; null when it is shown again. */
  #once: 0 | 1 | null = null;

  /** @param fps frames per second */
  private constructor(fps: number) {
    this.#slotMs = 1000 / fps;
    this.#canShowOnce = canShowOnce(fps);
  }

  /** Null for a profile of a variable rate. */
  static of(profile: Profile): ConstantRate | null {
    const fps = constantFps(profile);
    return fps === null ? null : new ConstantRate(fps);
  }

  /** Those of the segment, up to its newest frame. */
  get slots(): SlotCount {
    return { repeatedFrames: this.#repeated, emptySlots: this.#emptied };
  }

  /** Slots before the newest frame that ffmpeg fills with the one before it. */
  get emptyBefore(): number {
    return this.#emptyBefore;
  }

  /** Where the newest frame stands; before the first one, -Infinity. */
  get newestMs(): number {
    return this.#last < 0 ? -Infinity : this.#last * this.#slotMs;
  }

  /**
   * Takes the slot of a frame, the next one when it is taken.
   *
   * @param isFiller it fills the timeline: black, or a frame that was shown before, be it by another encoder
   * @param isShownOnce slots behind it stay empty
   * @returns the time at which ffmpeg has to get the frame
   */
  inputTimeOf(timeMs: number, isFiller: boolean, isShownOnce = false): number {
    const slot = Math.max(Math.round(timeMs / this.#slotMs), this.#last + 1);
    const empty = slot - this.#last - 1;
    this.#emptyBefore = this.#once === null ? empty : 0;
    this.#repeated += this.#emptyBefore;
    this.#emptied += empty - this.#emptyBefore;
    this.#last = slot;
    if (isFiller) this.#repeated += 1;
    // The first one says where the stream begins: ffmpeg takes its time off all others.
    if (slot === 0) return 0;
    // In turn: ffmpeg tells a frame from the one before by it.
    if (isShownOnce && this.#canShowOnce) this.#once = this.#once === 0 ? 1 : 0;
    else this.#once = null;
    const place = this.#once === null ? placesInSlot.repeated : placesInSlot.once[this.#once];
    return (slot + place) * this.#slotMs;
  }
}
