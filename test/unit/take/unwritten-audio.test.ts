import { expect, it } from 'vitest';
import { madeUpAudioMs, unwrittenAudioMs } from '../../../src-main/take/unwritten-audio.js';

it('a hole between two encoders is a part of what can be missing of a file', () => {
  const segments = [
    { startMs: 0, endMs: 12_243 },
    { startMs: 32_233, endMs: 48_002 },
  ];
  expect(unwrittenAudioMs(segments, 2_780)).toBe(48_002 - 27_800);
  expect(unwrittenAudioMs([{ startMs: 5_000, endMs: 15_000 }], 900)).toBe(1_000);
  expect(unwrittenAudioMs([{ startMs: 0, endMs: null }], 900)).toBe(Infinity);
});

it('no more is made up than was written: together with the silence it is as long as the file at most', () => {
  // Of 17.6 s with a wrong key, a third was dropped.
  const account = { written: 1_159, dropped: {} };
  expect(madeUpAudioMs(14_790, account)).toBe(11_590);
  expect(madeUpAudioMs(120, account)).toBe(120);
  // Its encoder stood still for two thirds of the take.
  expect(madeUpAudioMs(600, { written: 250, dropped: { sinkFailed: 500 } })).toBe(200);
});
