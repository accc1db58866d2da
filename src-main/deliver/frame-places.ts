import { maxMovedSlots } from '../contract/limits.js';

/** Frames that are nearer to each other are of a higher rate: not each of them gets a slot. */
const leastApartSlots = 0.7;

/**
 * In which slot of a constant frame rate each frame of an original is shown: the nearest one, or as many behind the slot of the
 * frame before as their times are apart, when that moves it by no more than three quarters of a slot. Otherwise the jitter of a
 * camera whose frames come between two slots would cost a frame each time that it goes to and fro.
 */
export class FramePlaces {
  readonly #fps: number;
  #last: { readonly timeUs: number; readonly slot: number } | null = null;

  constructor(fps: number) {
    this.#fps = fps;
  }

  /** The slot of the next frame, never before that of the last one. @param timeUs on the file's timeline, microseconds */
  next(timeUs: number): number {
    const at = (timeUs * this.#fps) / 1_000_000;
    const slot =
      this.#last === null ? Math.round(at) : Math.max(this.#last.slot, this.#placeOf(timeUs, at, this.#last));
    this.#last = { timeUs, slot };
    return slot;
  }

  #placeOf(timeUs: number, at: number, last: { readonly timeUs: number; readonly slot: number }): number {
    const apart = ((timeUs - last.timeUs) * this.#fps) / 1_000_000;
    const steady = last.slot + Math.round(apart);
    const isSteady = apart >= leastApartSlots && Math.abs(steady - at) <= maxMovedSlots;
    return isSteady ? steady : Math.round(at);
  }
}

/** The same in the words of ffmpeg's `setpts`, for times in microseconds. */
export function placeExpression(fps: number): string {
  const at = `PTS*${fps}/1000000`;
  const apart = `(PTS-PREV_INPTS)*${fps}/1000000`;
  const last = `round(PREV_OUTPTS*${fps}/1000000)`;
  const steady = `(${last}+round(${apart}))`;
  const isSteady = `gte(${apart},${leastApartSlots})*lte(abs(${steady}-${at}),${maxMovedSlots})`;
  const place = `max(${last},if(${isSteady},${steady},round(${at})))`;
  return `if(isnan(PREV_INPTS),round(${at}),${place})*1000000/${fps}`;
}
