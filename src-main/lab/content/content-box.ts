import { codeCellCount, codeCellRegion, decodeCounter } from '../pattern/frame-code.js';
import { patternLayout, type Region } from '../pattern/pattern-layout.js';

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A decoded frame in grey, tight rows. */
export interface GreyFrame extends Size {
  readonly pixels: Uint8Array;
}

/** The part of a cell that is looked at: its edges are blurred by scaling and compression. */
const cellCore = 0.5;
/**
 * Luma: between the pattern's own, 52 and less there, and a flash's 235, with room for what an encoder leaves of both.
 */
const flashThreshold = 150;

/** Where a frame lands on a canvas when it is fitted in, centered, with its aspect ratio kept. */
export function contentBox(frame: Size, canvas: Size): Region {
  const scale = Math.min(canvas.width / frame.width, canvas.height / frame.height);
  const width = (frame.width * scale) / canvas.width;
  const height = (frame.height * scale) / canvas.height;
  return { left: (1 - width) / 2, top: (1 - height) / 2, width, height };
}

/** A region of the frame as a region of the canvas. */
function within(box: Region, region: Region): Region {
  return {
    left: box.left + region.left * box.width,
    top: box.top + region.top * box.height,
    width: region.width * box.width,
    height: region.height * box.height,
  };
}

function shrunk(region: Region, factor: number): Region {
  return {
    left: region.left + (region.width * (1 - factor)) / 2,
    top: region.top + (region.height * (1 - factor)) / 2,
    width: region.width * factor,
    height: region.height * factor,
  };
}

function meanLuma(frame: GreyFrame, region: Region): number {
  // At least one pixel: the one that holds the region's center.
  const left = Math.min(Math.round(region.left * frame.width), frame.width - 1);
  const top = Math.min(Math.round(region.top * frame.height), frame.height - 1);
  const right = Math.max(left + 1, Math.round((region.left + region.width) * frame.width));
  const bottom = Math.max(top + 1, Math.round((region.top + region.height) * frame.height));
  let sum = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) sum += frame.pixels[y * frame.width + x] ?? 0;
  }
  return sum / ((right - left) * (bottom - top));
}

/** What one frame shows. */
export interface FrameReading {
  readonly counter: number | null;
  readonly isFlash: boolean;
  readonly meanLuma: number;
}

interface Candidate {
  readonly cells: readonly Region[];
  readonly flash: Region;
}

/** Reads counters and flashes from the frames of a file whose frames had one of several sizes. */
export class FrameReader {
  readonly #candidates: Candidate[];

  /** @param frames - sizes that the source had; only their aspect ratios matter. */
  constructor(frames: readonly Size[], canvas: Size) {
    this.#candidates = frames.map((frame) => {
      const box = contentBox(frame, canvas);
      const cells = Array.from({ length: codeCellCount }, (_, cell) =>
        shrunk(within(box, codeCellRegion(cell)), cellCore),
      );
      return { cells, flash: shrunk(within(box, patternLayout.flash), cellCore) };
    });
  }

  /** Reads one frame; its counter is null when none of the sizes makes sense of it. */
  read(frame: GreyFrame): FrameReading {
    const reading = { meanLuma: meanLuma(frame, { left: 0, top: 0, width: 1, height: 1 }) };
    for (const [position, candidate] of this.#candidates.entries()) {
      const counter = decodeCounter(candidate.cells.map((cell) => meanLuma(frame, cell)));
      if (counter === null) continue;
      // The next frame most likely has the same size: it is tried first from now on.
      if (position > 0) {
        this.#candidates.splice(position, 1);
        this.#candidates.unshift(candidate);
      }
      return { ...reading, counter, isFlash: meanLuma(frame, candidate.flash) > flashThreshold };
    }
    return { ...reading, counter: null, isFlash: false };
  }
}
