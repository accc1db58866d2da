import type { Canvas } from '../ffmpeg/ffmpeg-arguments.js';
import type { ShownSize } from './deliver-plan.js';
import { FramePlaces } from './frame-places.js';

/** Of the levels, in milliseconds. */
export const levelBlockMs = 10;
/** Decibels below full scale: what is quieter counts as silence. */
export const silenceDb = 50;
/** Luma of black, limited range. */
export const blackLuma = 16;
/** An index of one byte; a shared window that had more sizes shares the last one. */
const mostSizes = 255;

/**
 * What a file shows in each slot of a frame rate, and how loud it is in each 10 ms, in two bytes a slot and one a block: a day
 * at 60 fps is 19 MB.
 */
export interface Content {
  /** Mean luma of the frame that is shown, without any border; black before the first one. Empty without video. */
  readonly luma: Uint8Array;
  /** Which of the sizes it has. */
  readonly sizeIndex: Uint8Array;
  readonly sizes: readonly ShownSize[];
  /** Slots before the first frame. */
  readonly leadSlots: number;
  /** Decibels below full scale, from 0 to {@link silenceDb}. */
  readonly level: Uint8Array;
  /** Clockwise degrees that the frames are to be turned by. */
  readonly rotation: number;
  readonly isColorKnown: boolean;
}

/** Reads what ffmpeg prints of a file that it decodes, line by line. */
export class ContentReader {
  readonly #places: FramePlaces;
  readonly #luma: Uint8Array;
  readonly #sizeIndex: Uint8Array;
  readonly #level: Uint8Array;
  readonly #sizes: Canvas[] = [];
  #atSlot = -1;
  #leadSlots: number | null = null;
  #block = -1;
  #rotation = 0;
  #isColorKnown: boolean | null = null;
  readonly #onTime: ((timeUs: number) => void) | undefined;

  /**
   * @param slots how many the file has; 0 without video @param lengthUs of the audio, in microseconds
   * @param onTime gets the time of each block of audio, in microseconds
   */
  constructor(fps: number, slots: number, lengthUs: number, onTime?: (timeUs: number) => void) {
    this.#places = new FramePlaces(fps);
    this.#luma = new Uint8Array(slots).fill(blackLuma);
    this.#sizeIndex = new Uint8Array(slots);
    this.#level = new Uint8Array(Math.ceil(lengthUs / 1_000 / levelBlockMs)).fill(silenceDb);
    this.#onTime = onTime;
  }

  /** A line of stderr: about a frame of video, its colors, or the file's rotation. */
  readVideo(line: string): void {
    const frame = / n: *\d+ pts: *(-?\d+) .* s:(\d+)x(\d+) .*mean:\[(\d+)/.exec(line);
    if (frame !== null) {
      const [, timeUs, width, height, luma] = frame.map(Number);
      this.#show(timeUs ?? 0, { width: width ?? 0, height: height ?? 0 }, luma ?? 0);
      return;
    }
    const color = /color_space:(\w+)/.exec(line);
    if (color !== null) this.#isColorKnown ??= color[1] !== 'unknown';
    const turn = /displaymatrix: rotation of (-?[\d.]+) degrees/.exec(line);
    // ffmpeg turns counter-clockwise.
    if (turn !== null) this.#rotation = (360 - Math.round(Number(turn[1]) / 90) * 90 + 360) % 360;
  }

  /** A line of stdout: the time of a block of audio, or its level. */
  readAudio(line: string): void {
    const time = /^frame:\d+ +pts:(-?\d+)/.exec(line);
    if (time !== null) {
      const timeUs = Number(time[1]);
      this.#block = Math.round(timeUs / 1_000 / levelBlockMs);
      this.#onTime?.(timeUs);
      return;
    }
    const level = /RMS_level=(\S+)/.exec(line);
    if (level === null || this.#block < 0 || this.#block >= this.#level.length) return;
    const db = -Number(level[1]);
    this.#level[this.#block] = Number.isFinite(db)
      ? Math.min(silenceDb, Math.max(0, Math.round(db)))
      : silenceDb;
  }

  #show(timeUs: number, size: Canvas, luma: number): void {
    const slot = Math.max(0, this.#places.next(timeUs));
    // The frame before it is shown up to here; of two in one slot the later one is.
    this.#fill(Math.min(slot, this.#luma.length));
    this.#leadSlots ??= slot;
    if (slot >= this.#luma.length || slot < this.#atSlot) return;
    this.#atSlot = slot;
    this.#luma[slot] = luma;
    this.#sizeIndex[slot] = this.#indexOf(size);
  }

  #fill(toSlot: number): void {
    if (this.#atSlot < 0) return;
    const luma = this.#luma[this.#atSlot] ?? blackLuma;
    const index = this.#sizeIndex[this.#atSlot] ?? 0;
    this.#luma.fill(luma, this.#atSlot + 1, toSlot);
    this.#sizeIndex.fill(index, this.#atSlot + 1, toSlot);
  }

  #indexOf({ height, width }: Canvas): number {
    const known = this.#sizes.findIndex((size) => size.width === width && size.height === height);
    if (known >= 0) return known;
    if (this.#sizes.length < mostSizes) this.#sizes.push({ width, height });
    return this.#sizes.length - 1;
  }

  /** What was read, once every line was. */
  result(): Content {
    this.#fill(this.#luma.length);
    const shown = new Array<number>(this.#sizes.length).fill(0);
    const leadSlots = Math.min(this.#leadSlots ?? this.#luma.length, this.#luma.length);
    for (let slot = leadSlots; slot < this.#sizeIndex.length; slot += 1) {
      const index = this.#sizeIndex[slot] ?? 0;
      shown[index] = (shown[index] ?? 0) + 1;
    }
    return {
      ...{ luma: this.#luma, sizeIndex: this.#sizeIndex, level: this.#level, leadSlots },
      sizes: this.#sizes.map((size, index) => ({ ...size, slots: shown[index] ?? 0 })),
      ...{ rotation: this.#rotation, isColorKnown: this.#isColorKnown ?? true },
    };
  }
}
