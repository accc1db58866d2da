import type { Canvas } from '../ffmpeg/ffmpeg-arguments.js';
import type { FileShape } from './file-shape.js';
import type { PgmyuvFrame } from './pgmyuv-frame.js';
import { frameSize } from './pgmyuv-frame.js';

/** A window that is being resized has another size with each frame: milliseconds between two that are told. */
const tellEveryMs = 2_000;

/** Tells when the frames of a file have another size. Costs a comparison for each frame. */
export class FrameSizes {
  readonly #shape: Pick<FileShape, 'canvas'>;
  readonly #onChange: (size: Canvas, canvas: Canvas | null) => void;
  /** Frames of one size share their header. */
  #told: Buffer | null = null;
  #toldAtMs = 0;

  /** @param onChange the size, upright, and what it is fitted into; not called for the first one */
  constructor(shape: Pick<FileShape, 'canvas'>, onChange: (size: Canvas, canvas: Canvas | null) => void) {
    this.#shape = shape;
    this.#onChange = onChange;
  }

  /** The next frame. @param timeMs milliseconds on any clock */
  see(frame: PgmyuvFrame, timeMs: number): void {
    if (frame.header === this.#told) return;
    const former = this.#told;
    if (former !== null && (timeMs - this.#toldAtMs < tellEveryMs || former.equals(frame.header))) return;
    this.#told = frame.header;
    this.#toldAtMs = timeMs;
    if (former !== null) this.#onChange(frameSize(frame), this.#shape.canvas);
  }
}
