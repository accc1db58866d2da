import { expect, it } from 'vitest';
import { momentByKey, placeBeside, rowAt } from '../../../../src-renderer/derive/held-moment.js';

const rows = [1_000, 3_000, 5_000, 7_000].map((atMs) => ({ atMs }));

it.each([
  [-5, 1_000],
  [1_900, 1_000],
  [2_100, 3_000],
  [5_000, 5_000],
  [99_000, 7_000],
])('finds the row that is nearest to %i', (atMs, expected) => {
  expect(rowAt(rows, atMs)?.atMs).toBe(expected);
});

it('finds none where there is none, and the only one', () => {
  expect(rowAt([], 5)).toBeNull();
  expect(rowAt(rows.slice(0, 1), 99_000)?.atMs).toBe(1_000);
});

it.each([
  ['ArrowLeft', 5_000, 3_000],
  ['ArrowLeft', 1_000, 1_000],
  ['ArrowRight', 5_000, 7_000],
  ['ArrowRight', 7_000, 7_000],
  ['Home', 5_000, 1_000],
  ['End', 1_000, 7_000],
  ['a', 5_000, null],
])('goes with %s from %i to %s', (key, atMs, expected) => {
  expect(momentByKey(key, atMs, rows)).toBe(expected);
});

const box = { width: 100, height: 80 };
const room = { width: 400, height: 200 };

it('stands behind its line, and before it where the chart ends', () => {
  expect(placeBeside({ x: 50, y: 20 }, 'behind', box, room)).toEqual({ side: 'behind', left: 60, top: 30 });
  expect(placeBeside({ x: 350, y: 190 }, 'behind', box, room)).toEqual({
    side: 'before',
    left: 240,
    top: 120,
  });
});

it('stays on its side while the line travels, until there is no room', () => {
  let side = placeBeside({ x: 390, y: 0 }, 'behind', box, room).side;
  const sides = [300, 200, 120, 110, 100, 50].map((x) => {
    ({ side } = placeBeside({ x, y: 0 }, side, box, room));
    return side;
  });
  expect(sides).toEqual(['before', 'before', 'before', 'before', 'behind', 'behind']);
});

it('stays within a chart that is too small for it', () => {
  const small = { width: 90, height: 40 };
  expect(placeBeside({ x: 60, y: 20 }, 'before', box, small)).toMatchObject({ left: 0, top: 0 });
});
