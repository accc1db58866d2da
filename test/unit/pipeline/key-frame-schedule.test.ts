import { expect, it } from 'vitest';
import { KeyFrameSchedule } from '../../../src-main/pipeline/key-frame-schedule.js';

const tickMs = 200;

/** Moments at which a key frame is asked for. */
function requests(schedule: KeyFrameSchedule, ms: number, isMissing: (nowMs: number) => boolean): number[] {
  const moments: number[] = [];
  for (let nowMs = tickMs; nowMs <= ms; nowMs += tickMs) {
    if (schedule.isDue(tickMs, isMissing(nowMs))) moments.push(nowMs);
  }
  return moments;
}

it('asks soon, again a second later, and seldom when nothing helps', () => {
  expect(requests(new KeyFrameSchedule(), 16_000, () => true)).toEqual([400, 1_400, 6_400, 11_400]);
});

it('asks for nothing while frames come, and soon again when they are missing anew', () => {
  const schedule = new KeyFrameSchedule();
  expect(requests(schedule, 10_000, () => false)).toEqual([]);
  expect(requests(schedule, 2_000, (nowMs) => nowMs < 1_000)).toEqual([400]);
  expect(requests(schedule, 1_000, () => true)).toEqual([400]);
});
