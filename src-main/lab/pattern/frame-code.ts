import { patternLayout, type Region } from './pattern-layout.js';

/**
 * The frame counter that is burnt into a synthetic frame: two rows of black and white cells, large
 * enough to survive VP8, x264 and scaling into a letterboxed 640x360 canvas.
 *
 * Four cells are sync marks in the corners (they give the black and white levels), then come 20 counter
 * bits and a CRC of 12 bits. At 30 fps the counter of a painted frame starts again at 0 after 9.7 hours; that
 * of a clip, which has the highest numbers, after 20 seconds.
 */
export const codeColumns = 18;
export const codeRows = 2;
export const codeCellCount = codeColumns * codeRows;

/** With the checksum these fill the 32 cells that the sync marks leave. */
const counterBits = 20;

/**
 * Frames of a clip that is played in a loop: its counters are a range of their own, so that a reader sees from
 * the number alone where it starts again. Every usual frame rate divides it: a loop lasts whole seconds.
 */
export const clipFrameCount = 600;
const firstClipCounter = 2 ** counterBits - clipFrameCount;
/** Counters of frames that are painted live; they start again at 0. */
export const counterModulus = firstClipCounter;
/** A counter that was read wrongly passes once in 4,096 times; for more there are no cells. */
const checksumBits = 12;

/** Numbers of the cells in the corners, row by row: white at two that face each other, black at the others. */
const syncWhiteCells: readonly number[] = [0, codeCellCount - 1];
const syncBlackCells: readonly number[] = [codeColumns - 1, codeColumns];
const syncCells = new Set([...syncWhiteCells, ...syncBlackCells]);
const dataCells = Array.from({ length: codeCellCount }, (_, cell) => cell).filter(
  (cell) => !syncCells.has(cell),
);

/** Below this a frame is uniform or unreadable: no code. */
const minContrast = 50;

/** CRC-12/UMTS's polynomial (0x80F), started at all ones, so that an all-zero row is no valid code. */
function checksum(counter: number): number {
  let remainder = 0xfff;
  for (let bit = counterBits - 1; bit >= 0; bit -= 1) {
    const feedback = ((remainder >> 11) & 1) ^ ((counter >> bit) & 1);
    remainder = (remainder << 1) & 0xfff;
    if (feedback === 1) remainder ^= 0x80f;
  }
  return remainder;
}

/**
 * The cells of a counter, row by row: 1 is white, 0 is black.
 *
 * @param isClip the counter is that of a frame of a clip: it starts again after {@link clipFrameCount}
 */
export function encodeCounter(counter: number, isClip = false): Uint8Array {
  const value = isClip ? firstClipCounter + (counter % clipFrameCount) : counter % counterModulus;
  const cells = new Uint8Array(codeCellCount);
  for (const cell of syncWhiteCells) cells[cell] = 1;
  const check = checksum(value);
  for (const [position, cell] of dataCells.entries()) {
    cells[cell] =
      position < counterBits
        ? (value >> (counterBits - 1 - position)) & 1
        : (check >> (checksumBits - 1 - (position - counterBits))) & 1;
  }
  return cells;
}

/** Which frame of its clip has this counter. */
export function clipIndex(counter: number): number {
  return counter - firstClipCounter;
}

/** Whether a frame with this counter belongs to a clip that is played in a loop. */
export function isClipCounter(counter: number): boolean {
  return counter >= firstClipCounter && counter < 2 ** counterBits;
}

function meanOf(lumas: ArrayLike<number>, cells: readonly number[]): number {
  let sum = 0;
  for (const cell of cells) sum += lumas[cell] ?? 0;
  return sum / cells.length;
}

/**
 * The counter behind the mean brightness of each cell, row by row, or null where there is no readable
 * code: sync marks without contrast, or a checksum that does not hold.
 */
export function decodeCounter(cellLumas: ArrayLike<number>): number | null {
  const white = meanOf(cellLumas, syncWhiteCells);
  const black = meanOf(cellLumas, syncBlackCells);
  if (white - black < minContrast) return null;
  const threshold = (white + black) / 2;
  let counter = 0;
  let check = 0;
  for (const [position, cell] of dataCells.entries()) {
    const bit = (cellLumas[cell] ?? 0) > threshold ? 1 : 0;
    if (position < counterBits) counter = counter * 2 + bit;
    else check = check * 2 + bit;
  }
  return check === checksum(counter) ? counter : null;
}

/** Where a cell lies in the frame. */
export function codeCellRegion(cell: number): Region {
  const { left, top, width, height } = patternLayout.code;
  const cellWidth = width / codeColumns;
  const cellHeight = height / codeRows;
  return {
    left: left + (cell % codeColumns) * cellWidth,
    top: top + Math.floor(cell / codeColumns) * cellHeight,
    width: cellWidth,
    height: cellHeight,
  };
}
