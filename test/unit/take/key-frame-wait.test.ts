import { beforeEach, expect, it } from 'vitest';
import { KeyFrameWait } from '../../../src-main/take/key-frame-wait.js';
import { LossLog } from '../../../src-main/take/loss-log.js';

let waits: [number, number][];
let wait: KeyFrameWait;
let nowMs: number;
let packets: number;
let frames: number;

beforeEach(() => {
  waits = [];
  wait = new KeyFrameWait((fromMs, toMs) => waits.push([fromMs, toMs]));
  [nowMs, packets, frames] = [0, 0, 0];
});

/** Five readings a second. */
function run(ms: number, change: { packets?: number; frames?: number; isOn?: boolean } = {}): void {
  for (const untilMs = nowMs + ms; nowMs < untilMs;) {
    nowMs += 200;
    packets += change.packets ?? 0;
    frames += change.frames ?? 0;
    wait.sample({ nowMs, packets, frames, isOn: change.isOn ?? true });
  }
}

/** Another track takes its place. */
function republish(): void {
  packets = 0;
}

it('tells of a camera whose packets came for two seconds before the first of them was a key frame', () => {
  run(1_000);
  run(2_000, { packets: 20 });
  run(5_000, { packets: 20, frames: 6 });
  expect(waits).toEqual([[1_200, 3_200]]);
});

it('says nothing of a camera that is decoded within a second, or of which nothing comes', () => {
  run(4_000);
  run(1_000, { packets: 20 });
  run(5_000, { packets: 20, frames: 6 });
  // Packets that are lost later on are another matter.
  run(3_000, { packets: 5 });
  run(1_000, { packets: 20, frames: 6 });
  expect(waits).toEqual([]);
});

it('says nothing of a camera that sends a frame in two seconds, for its first one that was not shown', () => {
  // Two readings have packets of one frame.
  run(400, { packets: 6 });
  run(2_400);
  run(200, { packets: 12, frames: 1 });
  run(5_000, { packets: 1, frames: 1 });
  expect(waits).toEqual([]);
});

it('says nothing of what a track had sent before it was looked at', () => {
  packets = 12;
  run(2_400);
  run(200, { packets: 12, frames: 1 });
  expect(waits).toEqual([]);
});

it('tells it of each track that is published anew, and of one that shows nothing up to the end', () => {
  run(3_000, { packets: 20, frames: 6 });
  republish();
  run(1_600, { packets: 20 });
  run(1_000, { packets: 20, frames: 6 });
  republish();
  run(2_000, { packets: 20 });
  wait.end(nowMs);
  expect(waits).toEqual([
    [3_200, 4_800],
    [5_800, 7_600],
  ]);
});

it('waits for nobody whose camera is off', () => {
  run(800, { packets: 20 });
  run(2_000, { isOn: false });
  run(800, { packets: 20 });
  run(1_000, { packets: 20, frames: 6 });
  expect(waits).toEqual([]);
});

it('is a gap of its file, unless that is known already', () => {
  const log = new LossLog();
  log.keyFrameAwaited(1_200, 3_200);
  log.keyFrameAwaited(2_000, 3_100);
  expect(log.gaps).toEqual([
    { stream: 'video', atMs: 1_200, durationMs: 2_000, cause: 'neverArrived', lostFrames: null },
  ]);
});
