import { expect, it } from 'vitest';
import { ImageScaler } from '../../../src-main/console/image-scaler.js';
import { type I420Frame, thumbnailOf } from '../../../src-main/console/thumbnail-image.js';
import { LiveImageReader } from '../../../src-renderer/derive/live-image.js';

/** Left half dark, right half light; red at the top, blue at the bottom. */
function frame(width: number, height: number, rotationDegrees: 0 | 90 | 180 | 270): I420Frame {
  const [chromaWidth, chromaHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  const i420 = new Uint8Array(width * height + 2 * chromaWidth * chromaHeight);
  for (let at = 0; at < width * height; at += 1) i420[at] = at % width < width / 2 ? 60 : 180;
  for (let at = 0; at < chromaWidth * chromaHeight; at += 1) {
    const isTop = at < (chromaWidth * chromaHeight) / 2;
    i420[width * height + at] = isTop ? 100 : 180;
    i420[width * height + chromaWidth * chromaHeight + at] = isTop ? 180 : 100;
  }
  return { i420, width, height, rotationDegrees };
}

function shownBy(scaler: ImageScaler, source: I420Frame): { width: number; height: number; rgba: number[] } {
  const { width, height, i420 } = scaler.scale(source);
  const pixels = new LiveImageReader().read({ width, height, i420: Buffer.from(i420).toString('base64') });
  return { width, height, rgba: [...(pixels ?? [])] };
}

it.each([0, 90, 180, 270] as const)(
  'shows the window what a thumbnail shows, turned by %i degrees',
  (turn) => {
    const source = frame(320, 180, turn);
    const live = shownBy(new ImageScaler(64, 64), source);
    const thumbnail = thumbnailOf(source, 64, 64);
    expect([live.width, live.height]).toEqual([thumbnail.width, thumbnail.height]);
    // Off the borders of the four colors, where one of them reads a pixel further.
    const { width, height } = live;
    for (const x of [2, (width >> 1) - 4, (width >> 1) + 4, width - 3])
      for (const y of [2, (height >> 1) - 4, (height >> 1) + 4, height - 3]) {
        const at = (y * width + x) * 4;
        for (let channel = 0; channel < 4; channel += 1) {
          const [one = -9, other = 9] = [live.rgba[at + channel], thumbnail.rgba[at + channel]];
          expect(Math.abs(one - other), `${x} ${y} ${channel}`).toBeLessThanOrEqual(2);
        }
      }
  },
);

it('fits into the box, is never enlarged, and takes odd sizes one after the other', () => {
  const scaler = new ImageScaler(640, 360);
  expect(shownBy(scaler, frame(1280, 720, 0))).toMatchObject({ width: 640, height: 360 });
  expect(shownBy(scaler, frame(1280, 720, 90))).toMatchObject({ width: 203, height: 360 });
  expect(shownBy(scaler, frame(321, 181, 0))).toMatchObject({ width: 321, height: 181 });
  expect(shownBy(scaler, frame(1, 1, 0))).toMatchObject({ width: 1, height: 1 });
});

it('makes its buffer once: two images of one size stand in the same place', () => {
  const scaler = new ImageScaler(64, 64);
  const one = scaler.scale(frame(320, 180, 0)).i420;
  expect(scaler.scale(frame(320, 180, 0)).i420.buffer).toBe(one.buffer);
});
