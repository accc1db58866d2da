import { maxMovedSlots } from '../contract/limits.js';
import { FramePacer } from './frame-pacer.js';
import { TakenSlot } from './taken-slot.js';

/**
 * A frame that stands farther than this share of a slot from its own time is off center. Half a slot would do without
 * jitter; with it, times that lie between two slots would go to and fro, and each turn costs a frame.
 */
const offCenterSlots = 0.65;
/** After so many frames that are all off center, a second at 30 fps, they are put in their nearest slots: one is too many, or lacks. */
const framesOffCenter = 30;
/** Behind what only fills a gap a frame may stand later: it is the first of its camera, perhaps. */
const maxMovedBehindFiller = 1.5;
/** Of a variable rate: a last frame that is older than this at the end is put there once more, so that no player cuts it. */
const endFillAfterMs = 100;
/** It stands one frame of 25 fps before the end. */
const endFillBeforeMs = 40;
/** The last frames of a segment, which have no empty slot before them. */
const framesAtEnd = 3;

/**
 * Where the frames of one file stand. At a constant rate that is a slot of one grid, which begins with the take: a frame
 * goes into the slot nearest to its time, or as many slots behind the frame before it as their times are apart, as long
 * as that moves it by no more than three quarters of a slot. So the jitter of a camera whose frames come between two slots
 * does not show. Two frames for one slot are one too many.
 *
 * At a variable rate each frame keeps its own time; what is above the profile's rate is thinned out.
 *
 * Allocates nothing for a frame. All times are milliseconds on the take's timeline.
 */
export class FrameSlots {
  readonly #slotMs: number | null;
  readonly #maxFps: number | null;
  #pacer: FramePacer;
  /** The slot that was taken last. */
  #last = -1;
  #lastPlaceMs = -Infinity;
  /** The time of the frame in it; null when it was put there to fill a gap. */
  #lastTimeMs: number | null = null;
  #offCenter = 0;
  #taken = new TakenSlot();

  /**
   * @param constantFps frames per second of a constant rate; null for a variable one
   * @param maxFps what a variable rate is thinned to; null keeps every frame
   */
  constructor(constantFps: number | null, maxFps: number | null) {
    this.#slotMs = constantFps === null ? null : 1000 / constantFps;
    this.#maxFps = maxFps;
    this.#pacer = new FramePacer(maxFps);
  }

  /** A segment begins: its first slot is free. @param startMs in a slot, when the rate is constant */
  segmentStarted(startMs: number): void {
    if (this.#slotMs !== null) this.#last = Math.round(startMs / this.#slotMs) - 1;
    this.#lastTimeMs = null;
    this.#lastPlaceMs = -Infinity;
  }

  /** Frames of another stream follow. */
  streamStarted(): void {
    this.#pacer = new FramePacer(this.#maxFps);
    this.#taken = new TakenSlot();
  }

  /**
   * Where a frame would stand; call it once for each. It is {@link FrameSlots.take} that takes the place.
   *
   * @param endMs there is no place from there on @param takenMs when it was taken, on any clock of its stream
   * @returns null when the frame is above the rate, or has no place before the end
   */
  placeFor(timeMs: number, endMs = Infinity, takenMs = timeMs): number | null {
    this.#taken.note(timeMs, takenMs);
    const placeMs = this.#placeOf(timeMs);
    return placeMs !== null && placeMs < endMs ? placeMs : null;
  }

  #placeOf(timeMs: number): number | null {
    const slotMs = this.#slotMs;
    if (slotMs === null) return this.#pacer.keep(timeMs) ? timeMs : null;
    const at = timeMs / slotMs;
    const nearest = Math.round(at);
    const next = this.#last + 1;
    if (this.#lastTimeMs === null) {
      const slot = Math.max(nearest, next);
      return slot - at > maxMovedBehindFiller ? null : slot * slotMs;
    }
    const apart = Math.max(1, Math.round((timeMs - this.#lastTimeMs) / slotMs));
    const steady = this.#last + apart;
    const movedSlots = Math.abs(steady - at);
    this.#offCenter = movedSlots <= offCenterSlots ? 0 : this.#offCenter + 1;
    if (movedSlots <= maxMovedSlots && this.#offCenter < framesOffCenter) return steady * slotMs;
    // Behind one that is dropped the next one takes its nearest slot, too.
    this.#offCenter = nearest < next ? framesOffCenter - 1 : 0;
    return nearest < next ? null : nearest * slotMs;
  }

  /** Why the frame has none that was asked for last. @param timeMs its own */
  causeOfNone(timeMs: number): 'paced' | 'tooLate' {
    return this.#taken.cause(timeMs);
  }

  /** The same for what fills a gap: there is always a place, if a later one. */
  placeForFiller(timeMs: number): number {
    if (this.#slotMs === null) return timeMs;
    return Math.max(Math.round(timeMs / this.#slotMs), this.#last + 1) * this.#slotMs;
  }

  /** A frame stands there now. @param timeMs its own time; null when it only fills a gap */
  take(placeMs: number, timeMs: number | null): void {
    this.#lastTimeMs = timeMs;
    this.#lastPlaceMs = placeMs;
    if (this.#slotMs === null) return;
    this.#last = Math.round(placeMs / this.#slotMs);
  }

  /**
   * The next place for the last frame, so that it lasts until the end; null when nothing has to be put there.
   */
  nextToTheEnd(endMs: number): number | null {
    const slotMs = this.#slotMs;
    if (slotMs === null) return endMs - this.#lastPlaceMs > endFillAfterMs ? endMs - endFillBeforeMs : null;
    const end = Math.ceil(endMs / slotMs - 0.01) - 1;
    if (this.#last < end) return Math.max(this.#last + 1, end - framesAtEnd + 1) * slotMs;
    return null;
  }
}
