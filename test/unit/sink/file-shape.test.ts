import { expect, it } from 'vitest';
import { canvasOf, FileShape } from '../../../src-main/sink/file-shape.js';
import { FrameSizes } from '../../../src-main/sink/frame-sizes.js';
import {
  blackFrame,
  frameSize,
  isBlackFiller,
  packPgmyuv,
  type PgmyuvFrame,
} from '../../../src-main/sink/pgmyuv-frame.js';

const size = (width: number, height: number): { width: number; height: number } => ({ width, height });

it.each([
  ['the first frame’s, whatever was declared', size(640, 360), size(1280, 720), false, size(640, 360)],
  ['the first frame’s when 0x0 was declared', size(640, 360), null, false, size(640, 360)],
  ['the first frame’s when it stands upright', size(360, 640), size(640, 360), false, size(360, 640)],
  ['that of the highest layer', size(320, 180), size(1280, 720), true, size(1280, 720)],
  ['that of the highest layer, upright', size(180, 320), size(1280, 720), true, size(720, 1280)],
  ['that of the highest layer, rounded', size(120, 90), size(642, 480), true, size(642, 480)],
  ['the first frame’s of another shape', size(320, 240), size(1280, 720), true, size(320, 240)],
  ['the first frame’s when it is larger', size(1920, 1080), size(1280, 720), true, size(1920, 1080)],
])('is %s', (_what, frame, declaredSize, isSimulcast, canvas) => {
  expect(canvasOf(frame, { declaredSize, isSimulcast })).toEqual(canvas);
});

it('is the profile’s as soon as a camera is on, and the first frame’s without one', () => {
  const told: unknown[] = [];
  const onCanvas = (canvas: unknown): number => told.push(canvas);
  const fixed = new FileShape({ mayHaveVideo: true, fixedCanvas: size(1280, 720), onCanvas });
  expect(fixed.canvas).toBeNull();
  fixed.expectVideo();
  expect(fixed.canvas).toEqual(size(1280, 720));
  const source = new FileShape({ mayHaveVideo: true, fixedCanvas: null, onCanvas });
  source.expectVideo();
  expect(source.canvas).toBeNull();
  expect(source.decide(size(641, 361), null)).toEqual(size(640, 360));
  // It stays: a file has one size.
  expect(source.decide(size(1280, 720), null)).toEqual(size(640, 360));
  const audio = new FileShape({ mayHaveVideo: false, fixedCanvas: size(1280, 720), onCanvas });
  audio.expectVideo();
  expect(audio.canvas).toBeNull();
  expect(told).toEqual([size(1280, 720), size(640, 360)]);
});

function frame(width: number, height: number, rotation: 0 | 90 = 0): PgmyuvFrame {
  return packPgmyuv(new Uint8Array((width * height * 3) / 2), width, height, rotation);
}

it('reads the upright size of a frame, and knows filler from it', () => {
  expect(frameSize(frame(640, 360))).toEqual(size(640, 360));
  expect(frameSize(frame(640, 360, 90))).toEqual(size(360, 640));
  expect(isBlackFiller(blackFrame())).toBe(true);
  expect(isBlackFiller(frame(32, 18))).toBe(false);
});

it('tells another size, not the first, and not each one of a window that is being resized', () => {
  const told: unknown[] = [];
  const sizes = new FrameSizes({ canvas: size(640, 360) }, (...changed) => told.push(changed));
  sizes.see(frame(640, 360), 0);
  sizes.see(frame(640, 360), 33);
  expect(told).toEqual([]);
  sizes.see(frame(360, 640), 5_000);
  for (let ms = 5_033; ms < 6_900; ms += 33) sizes.see(frame(ms & ~1, 360), ms);
  expect(told).toEqual([[size(360, 640), size(640, 360)]]);
  sizes.see(frame(320, 180), 7_100);
  sizes.see(frame(320, 180), 9_900);
  expect(told.slice(1)).toEqual([[size(320, 180), size(640, 360)]]);
});
