import { describe, expect, it } from 'vitest';
import { arrangeTiles, tileGap } from '../../../../src-renderer/derive/tile-grid.js';

/** The people's place in a window of 1280 x 800, in the Producer layout. */
const usual = { width: 880, height: 560 };

function fits(count: number, width: number, height: number): boolean {
  const grid = arrangeTiles(count, width, height);
  if (grid.kind !== 'tiles') return false;
  const rows = Math.ceil(count / grid.columns);
  const takes = (size: number, parts: number): number => size * parts + tileGap * (parts - 1);
  return takes(grid.width, grid.columns) <= width && takes(grid.height, rows) <= height;
}

describe('arrangeTiles', () => {
  it('has a tile for each of 1 to 12 people that fits without scrolling', () => {
    for (let count = 1; count <= 12; count += 1)
      expect([count, fits(count, usual.width, usual.height)]).toEqual([count, true]);
  });

  it('takes the grid with the largest previews', () => {
    const columnsOf = (count: number, width = usual.width, height = usual.height): number =>
      arrangeTiles(count, width, height).columns;
    expect([1, 4, 9, 12].map((count) => columnsOf(count))).toEqual([1, 2, 3, 4]);
    expect(columnsOf(4, 1600, 240)).toBe(4);
    expect(columnsOf(4, 300, 900)).toBe(1);
  });

  it('has rows where a tile would show less than a row', () => {
    expect(arrangeTiles(40, usual.width, usual.height)).toEqual({ kind: 'rows', columns: 2 });
    expect(arrangeTiles(3, 130, 800)).toEqual({ kind: 'rows', columns: 1 });
    expect(arrangeTiles(2, 800, 100)).toEqual({ kind: 'rows', columns: 2 });
  });
});
