import { expect, it } from 'vitest';
import { zoomBetween, zoomByKey } from '../../../../src-renderer/derive/chart-zoom.js';

const outer = { fromMs: 0, toMs: 300_000 };
const shown = { fromMs: 100_000, toMs: 140_000 };

it('shows what was dragged over, in either direction', () => {
  expect(zoomBetween(100_000, 140_000, outer)).toEqual(shown);
  expect(zoomBetween(140_000, 100_000, outer)).toEqual(shown);
});

it('shows ten seconds at the least, within what there is', () => {
  expect(zoomBetween(100_000, 101_000, outer)).toEqual({ fromMs: 95_500, toMs: 105_500 });
  expect(zoomBetween(-5_000, 1_000, outer)).toEqual({ fromMs: 0, toMs: 10_000 });
  expect(zoomBetween(299_000, 300_000, outer)).toEqual({ fromMs: 290_000, toMs: 300_000 });
});

it('is none where all would be shown', () => {
  expect(zoomBetween(-1, 300_001, outer)).toBeNull();
});

it.each([
  ['+', { fromMs: 110_000, toMs: 130_000 }],
  ['=', { fromMs: 110_000, toMs: 130_000 }],
  ['-', { fromMs: 80_000, toMs: 160_000 }],
  ['ArrowLeft', { fromMs: 90_000, toMs: 130_000 }],
  ['ArrowRight', { fromMs: 110_000, toMs: 150_000 }],
  ['Escape', null],
] as const)('follows the key %s', (key, span) => {
  expect(zoomByKey(key, shown, outer)).toEqual(span);
});

it('leaves other keys to others, and goes no farther than the edges', () => {
  expect(zoomByKey('m', shown, outer)).toBe(shown);
  expect(zoomByKey('ArrowRight', { fromMs: 260_000, toMs: 300_000 }, outer)).toEqual({
    fromMs: 260_000,
    toMs: 300_000,
  });
});
