import { expect, it } from 'vitest';
import { SilentCamera } from '../../../src-main/take/silent-camera.js';

/** A camera of 15 fps, looked at each 200 ms. */
class Camera {
  readonly told: [number, number][] = [];
  readonly silent = new SilentCamera((fromMs, toMs) => this.told.push([fromMs, toMs]));
  #nowMs = 0;
  #bytes = 0;

  runs(ms: number, { frames = 3, bytes = 4_000, isOn = true } = {}): this {
    for (const untilMs = this.#nowMs + ms; this.#nowMs < untilMs; this.#nowMs += 200) {
      this.#bytes += bytes;
      this.silent.sample(frames, isOn, this.#nowMs, this.#bytes);
    }
    return this;
  }
}

it('misses what arrived for two seconds and could not be shown, be it shown again or switched off', () => {
  const back = new Camera().runs(2_000).runs(2_000, { frames: 0 }).runs(2_000);
  expect(back.told).toEqual([[2_000, 4_000]]);
  const off = new Camera()
    .runs(2_000)
    .runs(2_000, { frames: 0 })
    .runs(200, { frames: 0, bytes: 0, isOn: false });
  expect(off.told).toEqual([[2_000, 4_000]]);
});

it('misses a camera that goes before it has shown anything, but for a moment, or that had shown less than it was waited for', () => {
  const off = { frames: 0, bytes: 0, isOn: false };
  const nothing = { frames: 0, bytes: 0 };
  // As when no key frame of it ever came.
  const never = new Camera().runs(4_000).runs(1_000, off).runs(2_000, nothing).runs(1_000, off);
  expect(never.told).toEqual([[5_000, 7_000]]);
  expect(new Camera().runs(1_000, nothing).runs(1_000, off).told).toEqual([]);
  const late = new Camera().runs(2_000, nothing).runs(600).runs(1_000, off);
  expect(late.told).toEqual([[0, 2_000]]);
  expect(new Camera().runs(2_000, nothing).runs(3_000).runs(1_000, off).told).toEqual([]);
  const atTheEnd = new Camera().runs(1_600, nothing);
  atTheEnd.silent.end(1_600);
  expect(atTheEnd.told).toEqual([[0, 1_600]]);
});

it('misses nothing of a camera that sends a frame in two seconds, and of one that stops for as long', () => {
  const slow = new Camera();
  for (let frame = 0; frame < 5; frame += 1)
    slow.runs(200, { frames: 1 }).runs(200, { frames: 0 }).runs(1_600, { frames: 0, bytes: 0 });
  expect(slow.told).toEqual([]);
  const still = new Camera().runs(2_000).runs(2_800, { frames: 0, bytes: 0 }).runs(2_000);
  expect(still.told).toEqual([]);
});

it('goes on in the next part of its file', () => {
  const camera = new Camera().runs(2_000).runs(1_400, { frames: 0 });
  const told: [number, number][] = [];
  const next = new SilentCamera((fromMs, toMs) => told.push([fromMs, toMs]));
  camera.silent.cut(3_400, next);
  expect(camera.told).toEqual([[2_000, 3_400]]);
  next.sample(0, true, 6_400);
  next.end(6_600);
  expect(told).toEqual([[3_400, 6_600]]);
});

/** A frame each so often, for so long. */
function sends(everyMs: number, ms: number, camera = new Camera()): Camera {
  for (let passedMs = 0; passedMs < ms; passedMs += everyMs) {
    camera.runs(200, { frames: 1 });
    camera.runs(everyMs - 200, { frames: 0, bytes: 0 });
  }
  return camera;
}

it('misses nothing of a camera that sends a frame in three seconds and a half, nor of one that stops after it', () => {
  const slow = sends(3_600, 36_000);
  slow.silent.end(36_000);
  expect(slow.told).toEqual([]);
  const off = sends(3_600, 10_800).runs(400, { frames: 0, bytes: 0, isOn: false });
  expect(off.told).toEqual([]);
});

it('misses what is long for the rate of such a camera, and all of one of two frames', () => {
  const held = sends(3_600, 14_400);
  held.runs(200, { frames: 1 }).runs(9_000, { frames: 0, bytes: 0 });
  sends(3_600, 7_200, held);
  expect(held.told).toEqual([[14_600, 23_600]]);
  const two = new Camera().runs(200, { frames: 1 }).runs(3_800, { frames: 0, bytes: 0 });
  two.runs(200, { frames: 1 }).silent.end(4_200);
  expect(two.told).toEqual([[200, 4_000]]);
});

it('misses each of several silences of a fast camera, however few of its frames come in between', () => {
  const camera = new Camera().runs(2_000);
  for (let times = 0; times < 3; times += 1) camera.runs(4_000, { frames: 0, bytes: 0 }).runs(200);
  expect(camera.told.map(([fromMs, toMs]) => toMs - fromMs)).toEqual([4_000, 4_000, 4_000]);
  // Of one that begins with a silence it is known when it goes on.
  const first = new Camera().runs(200, { frames: 1 }).runs(5_000, { frames: 0, bytes: 0 });
  first.runs(200, { frames: 1 }).runs(1_000);
  expect(first.told).toEqual([[200, 5_200]]);
});
