import { expect, it } from 'vitest';
import { LiveImageReader } from '../../../../src-renderer/derive/live-image.js';

function image(
  width: number,
  height: number,
  luma: number,
  chroma = 128,
): Parameters<LiveImageReader['read']>[0] {
  const bytes = width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
  const i420 = Buffer.alloc(bytes, chroma).fill(luma, 0, width * height);
  return { width, height, i420: i420.toString('base64') };
}

it('shows limited-range black, white and gray as what they are', () => {
  const reader = new LiveImageReader();
  const first = (luma: number): number[] => [...(reader.read(image(4, 2, luma)) ?? [])].slice(0, 4);
  expect(first(16)).toEqual([0, 0, 0, 255]);
  expect(first(235)).toEqual([255, 255, 255, 255]);
  expect(first(126)).toEqual([128, 128, 128, 255]);
});

it('keeps its buffers while the size stays, and takes another one', () => {
  const reader = new LiveImageReader();
  const one = reader.read(image(8, 8, 100));
  expect(reader.read(image(8, 8, 50))).toBe(one);
  expect(reader.read(image(5, 3, 50))).toHaveLength(5 * 3 * 4);
});

it.each([
  ['too little', { ...image(4, 4, 100), height: 6 }],
  ['too much', { ...image(4, 4, 100), height: 2 }],
  ['no size', { ...image(4, 4, 100), width: 0 }],
  ['no base64', { ...image(4, 4, 100), i420: 'ÿ'.repeat(32) }],
])('reads nothing from %s', (_what, wrong) => {
  expect(new LiveImageReader().read(wrong)).toBeNull();
});
