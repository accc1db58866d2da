import { expect, it } from 'vitest';
import type { LossGap } from '#engine/contract/stamps.js';
import { withoutLateFrames } from '#engine/copy/take/late-frames.js';

const startMs = 5_000;
const seen = (atMs: number, durationMs: number, changes: Partial<LossGap> = {}): LossGap => ({
  ...{ stream: 'video', cause: 'neverArrived', lostFrames: null },
  ...{ atMs: startMs + atMs, durationMs },
  ...changes,
});
const line = { sent: { fromMs: 500, toMs: 20_000 }, holes: [{ fromMs: 8_000, toMs: 11_500 }] };

it('leaves out what was seen to be missing where the pictures came later, and stand in their places', () => {
  expect(withoutLateFrames([seen(3_000, 3_000)], line, startMs)).toEqual([]);
});

it('keeps of it what the file has no pictures of: between two, before the first and behind the last', () => {
  expect(withoutLateFrames([seen(8_200, 3_400)], line, startMs)).toEqual([seen(8_200, 3_300)]);
  // Pictures of its first second came later.
  expect(withoutLateFrames([seen(7_000, 4_500)], line, startMs)).toEqual([seen(8_000, 3_500)]);
  expect(withoutLateFrames([seen(-3_000, 5_000)], line, startMs)).toEqual([seen(-3_000, 3_500)]);
  expect(withoutLateFrames([seen(19_000, 6_000)], line, startMs)).toEqual([seen(20_000, 5_000)]);
});

it('keeps what was counted, what is of audio, and all where nobody knows what the file has', () => {
  const counted = [
    seen(3_000, 3_000, { lostFrames: 4 }),
    seen(3_000, 3_000, { stream: 'audio' }),
    seen(3_000, 3_000, { cause: 'dropped' }),
  ];
  expect(withoutLateFrames(counted, line, startMs)).toEqual(counted);
  const gaps = [seen(3_000, 3_000)];
  expect(withoutLateFrames(gaps, { sent: null, holes: [] }, startMs)).toEqual(gaps);
  expect(withoutLateFrames(gaps, { ...line, holes: null }, startMs)).toEqual(gaps);
});
