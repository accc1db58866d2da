import { constantFps, type Profile } from '../contract/profile.js';

/**
 * A frame is handed to ffmpeg this share of a slot after the slot's beginning. ffmpeg takes the nearest slot for a frame
 * that follows the one before, and one slot too early for a frame behind an empty one; from here both are right (measured
 * with 5.1 and 9.0: 0.1 to 0.5 of a slot will do).
 */
const insideSlot = 0.3;
/** Writes whose empty slots ffmpeg remembers: see {@link ConstantRate.repeatsAtEnd}. */
const rememberedWrites = 3;

/**
 * The input's side of ffmpeg's `-fps_mode cfr`, which repeats the last frame where a slot is empty: it says at which time
 * a frame has to be handed over, so that it comes to stand in its slot, and knows how many frames are repeated.
 *
 * Times are milliseconds from the start of the segment, which is in a slot.
 */
export class ConstantRate {
  readonly #slotMs: number;
  #last = -1;
  #repeated = 0;
  #emptyBefore = 0;
  /** Empty slots before each of the last writes. */
  readonly #emptyBeforeLast = new Int32Array(rememberedWrites);
  #writes = 0;

  /** @param fps frames per second */
  private constructor(fps: number) {
    this.#slotMs = 1000 / fps;
  }

  /** Null for a profile of a variable rate. */
  static of(profile: Profile): ConstantRate | null {
    const fps = constantFps(profile);
    return fps === null ? null : new ConstantRate(fps);
  }

  /** Slots in which no frame of a track stands for the first time: they show the last one once more, or black. */
  get repeated(): number {
    return this.#repeated;
  }

  /** Slots before the newest frame that ffmpeg fills with the one before it. */
  get emptyBefore(): number {
    return this.#emptyBefore;
  }

  /**
   * Whether ffmpeg would repeat the last frame once its input has ended: as often as the middle one of the last three
   * writes has empty slots before it (`video_sync_process` in its source). Two of three have to have none.
   */
  get repeatsAtEnd(): boolean {
    let withEmpty = 0;
    for (const empty of this.#emptyBeforeLast) if (empty > 0) withEmpty += 1;
    return withEmpty > 1;
  }

  /** Where the newest frame stands; before the first one, -Infinity. */
  get newestMs(): number {
    return this.#last < 0 ? -Infinity : this.#last * this.#slotMs;
  }

  /**
   * Takes the slot of a frame, the next one when it is taken.
   *
   * @param isFiller it fills the timeline: black, or a frame that was shown before, be it by another encoder
   * @returns the time at which ffmpeg has to get the frame
   */
  inputTimeOf(timeMs: number, isFiller: boolean): number {
    const slot = Math.max(Math.round(timeMs / this.#slotMs), this.#last + 1);
    this.#emptyBefore = slot - this.#last - 1;
    this.#repeated += this.#emptyBefore;
    this.#last = slot;
    this.#emptyBeforeLast[this.#writes % rememberedWrites] = this.#emptyBefore;
    this.#writes += 1;
    if (isFiller) this.#repeated += 1;
    // The first one says where the stream begins: ffmpeg takes its time off all others.
    return (slot === 0 ? 0 : slot + insideSlot) * this.#slotMs;
  }
}
