import { describe, expect, it } from 'vitest';
import { packPgmyuv } from '../../../src-main/sink/pgmyuv-frame.js';
import type { RotationDegrees } from '../../../src-main/pipeline/video-frame.js';

/** A tight I420 frame whose planes tell where each sample came from: Y row * 16 + column, U 100+, V 200+. */
function i420(width: number, height: number): Uint8Array {
  const chromaWidth = (width + 1) >> 1;
  const chromaHeight = (height + 1) >> 1;
  const planes = [
    { columns: width, rows: height, base: 0 },
    { columns: chromaWidth, rows: chromaHeight, base: 100 },
    { columns: chromaWidth, rows: chromaHeight, base: 200 },
  ];
  return Uint8Array.from(
    planes.flatMap(({ columns, rows, base }) =>
      Array.from(
        { length: columns * rows },
        (_, index) => base + Math.floor(index / columns) * 8 + (index % columns),
      ),
    ),
  );
}

function rowsOf(pixels: Uint8Array, width: number): number[][] {
  return Array.from({ length: pixels.length / width }, (_, row) => [
    ...pixels.subarray(row * width, (row + 1) * width),
  ]);
}

describe('packPgmyuv', () => {
  it('puts rows of U and V side by side below Y', () => {
    const { header, pixels } = packPgmyuv(i420(4, 4), 4, 4, 0);
    expect(header.toString('latin1')).toBe('P5\n4 6\n255\n');
    expect(rowsOf(pixels, 4)).toEqual([
      [0, 1, 2, 3],
      [8, 9, 10, 11],
      [16, 17, 18, 19],
      [24, 25, 26, 27],
      [100, 101, 200, 201],
      [108, 109, 208, 209],
    ]);
  });

  it('crops an odd edge to even', () => {
    const { header, pixels } = packPgmyuv(i420(5, 3), 5, 3, 0);
    expect(header.toString('latin1')).toBe('P5\n4 3\n255\n');
    expect(rowsOf(pixels, 4)).toEqual([
      [0, 1, 2, 3],
      [8, 9, 10, 11],
      [100, 101, 200, 201],
    ]);
  });

  it.each<[RotationDegrees, string, number[]]>([
    [90, 'P5\n2 6\n255\n', [8, 0]],
    [180, 'P5\n4 3\n255\n', [11, 10, 9, 8]],
    [270, 'P5\n2 6\n255\n', [3, 11]],
  ])('turns a frame by %i degrees clockwise', (rotation, expectedHeader, firstRow) => {
    const { header, pixels } = packPgmyuv(i420(4, 2), 4, 2, rotation);
    expect(header.toString('latin1')).toBe(expectedHeader);
    expect([...pixels.subarray(0, firstRow.length)]).toEqual(firstRow);
    expect([...pixels].sort()).toEqual([...i420(4, 2)].sort());
  });
});
