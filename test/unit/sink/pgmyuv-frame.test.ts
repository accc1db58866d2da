import { describe, expect, it } from 'vitest';
import type { RotationDegrees } from '../../../src-main/pipeline/video-frame.js';
import { blackFrame, packPgmyuv } from '../../../src-main/sink/pgmyuv-frame.js';

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

/** Turns a plane clockwise, sample by sample. */
function turned(plane: readonly number[][], rotation: RotationDegrees): number[][] {
  if (rotation === 0) return plane.map((row) => [...row]);
  const [first = []] = plane;
  const quarter = first.map((_, column) => plane.map((row) => row[column] ?? -1).reverse());
  return turned(quarter, (rotation - 90) as RotationDegrees);
}

/** What a frame must look like: each plane cropped to even, turned, and rows of U and V side by side. */
function expectedRows(width: number, height: number, rotation: RotationDegrees): number[][] {
  const planeAt = (base: number, columns: number, rows: number): number[][] =>
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (__, column) => (base + row * 8 + column) % 256),
    );
  const [evenWidth, evenHeight] = [width & ~1, height & ~1];
  const u = turned(planeAt(100, evenWidth / 2, evenHeight / 2), rotation);
  const v = turned(planeAt(200, evenWidth / 2, evenHeight / 2), rotation);
  return [
    ...turned(planeAt(0, evenWidth, evenHeight), rotation),
    ...u.map((row, index) => [...row, ...(v[index] ?? [])]),
  ];
}

describe('packPgmyuv', () => {
  const rotations: readonly RotationDegrees[] = [0, 90, 180, 270];
  it.each(
    rotations.flatMap((rotation) =>
      [
        [6, 4],
        [4, 8],
        [7, 5],
        [5, 4],
        [4, 5],
      ].map(([width = 0, height = 0]) => [width, height, rotation] as const),
    ),
  )('puts every sample of %i x %i, turned by %i degrees, where it belongs', (width, height, rotation) => {
    const rows = expectedRows(width, height, rotation);
    const [first = []] = rows;
    const { header, pixels } = packPgmyuv(i420(width, height), width, height, rotation);
    expect(header.toString('latin1')).toBe(`P5\n${first.length} ${rows.length}\n255\n`);
    expect(rowsOf(pixels, first.length)).toEqual(rows);
  });

  it('packs an upright frame of even size in place, after larger and smaller ones', () => {
    for (const [width, height] of [
      [8, 8],
      [4, 2],
      [8, 4],
    ] as const) {
      const frame = i420(width, height);
      const { pixels } = packPgmyuv(frame, width, height, 0);
      expect(pixels).toBe(frame);
      expect(rowsOf(pixels, width)).toEqual(expectedRows(width, height, 0));
    }
  });

  it('writes the header of a size once, and of many sizes correctly', () => {
    const headerOf = (width: number): Buffer => packPgmyuv(i420(width, 2), width, 2, 0).header;
    const first = headerOf(2);
    headerOf(4);
    expect(headerOf(2)).toBe(first);
    for (let width = 4; width <= 140; width += 2) {
      expect(headerOf(width).toString('latin1')).toBe(`P5\n${width} 3\n255\n`);
    }
    // Only so many are kept: a window that is resized for hours must not fill memory.
    expect(headerOf(2)).not.toBe(first);
    expect(headerOf(2).equals(first)).toBe(true);
  });

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

describe('a black frame', () => {
  it('is 16 x 16 in limited range', () => {
    const { header, pixels } = blackFrame();
    expect(header.toString('latin1')).toBe('P5\n16 24\n255\n');
    expect([...pixels]).toEqual([...new Array<number>(256).fill(16), ...new Array<number>(128).fill(128)]);
  });
});
