import { expect, it } from 'vitest';
import { type I420Frame, thumbnailOf } from '../../../src-main/console/thumbnail-image.js';

/** Left half dark, right half light; red at the top, blue at the bottom. */
function frame(width: number, height: number, rotationDegrees: 0 | 90 | 180 | 270): I420Frame {
  const chromaWidth = (width + 1) >> 1;
  const chromaHeight = (height + 1) >> 1;
  const i420 = new Uint8Array(width * height + 2 * chromaWidth * chromaHeight);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) i420[y * width + x] = x < width / 2 ? 60 : 180;
  const planeU = width * height;
  const planeV = planeU + chromaWidth * chromaHeight;
  for (let y = 0; y < chromaHeight; y += 1) {
    for (let x = 0; x < chromaWidth; x += 1) {
      const isTop = y < chromaHeight / 2;
      i420[planeU + y * chromaWidth + x] = isTop ? 100 : 180;
      i420[planeV + y * chromaWidth + x] = isTop ? 180 : 100;
    }
  }
  return { i420, width, height, rotationDegrees };
}

type Corner = 'topLeft' | 'topRight' | 'bottomLeft' | 'bottomRight';

function cornerOf(source: I420Frame, corner: Corner): { isLight: boolean; isRed: boolean } {
  const { rgba, width, height } = thumbnailOf(source, 64, 64);
  const x = corner.endsWith('Left') ? 1 : width - 2;
  const y = corner.startsWith('top') ? 1 : height - 2;
  const [red = 0, green = 0, blue = 0, alpha] = rgba.subarray((y * width + x) * 4);
  expect(alpha).toBe(255);
  return { isLight: green > 120, isRed: red > blue };
}

it('fits into the box and keeps the shape', () => {
  expect(thumbnailOf(frame(1280, 720, 0), 192, 108)).toMatchObject({ width: 192, height: 108 });
  expect(thumbnailOf(frame(360, 640, 0), 192, 108)).toMatchObject({ width: 61, height: 108 });
  expect(thumbnailOf(frame(1280, 720, 90), 192, 108)).toMatchObject({ width: 61, height: 108 });
  expect(thumbnailOf(frame(16, 16, 0), 192, 108), 'never enlarged').toMatchObject({
    width: 16,
    height: 16,
  });
});

// Turned clockwise by 90 degrees, what was bottom left stands top left.
it.each<[0 | 90 | 180 | 270, Partial<Record<Corner, readonly [boolean, boolean]>>]>([
  [0, { topLeft: [false, true], topRight: [true, true], bottomLeft: [false, false] }],
  [90, { topLeft: [false, false], topRight: [false, true], bottomLeft: [true, false] }],
  [180, { topLeft: [true, false], topRight: [false, false], bottomLeft: [true, true] }],
  [270, { topLeft: [true, true], topRight: [true, false], bottomLeft: [false, true] }],
])('stands upright when it was turned by %i degrees', (rotationDegrees, corners) => {
  const source = frame(320, 180, rotationDegrees);
  for (const [corner, expected] of Object.entries(corners)) {
    const { isLight, isRed } = cornerOf(source, corner as Corner);
    expect([isLight, isRed], corner).toEqual(expected);
  }
});

it('reads odd sizes', () => {
  expect(cornerOf(frame(321, 181, 0), 'bottomRight')).toEqual({ isLight: true, isRed: false });
});

it('shows limited-range black and white as black and white', () => {
  const white = frame(16, 16, 0);
  white.i420.fill(235, 0, 256);
  white.i420.fill(128, 256);
  expect([...thumbnailOf(white, 16, 16).rgba.subarray(0, 3)]).toEqual([255, 255, 255]);
  white.i420.fill(16, 0, 256);
  expect([...thumbnailOf(white, 16, 16).rgba.subarray(0, 3)]).toEqual([0, 0, 0]);
});
