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

it('asks soon, again a good second later, and seldom when nothing helps', () => {
  expect(requests(new KeyFrameSchedule(), 16_000, () => true)).toEqual([400, 1_800, 6_800, 11_800]);
});

it.each([500, 1_000, 2_000])(
  'costs a source that sends a key frame every %i ms by itself one of them at most, whatever its phase',
  (everyMs) => {
    // What is sent while a subscription is paused does not come: 150 ms, and the way to the server.
    const pauses = requests(new KeyFrameSchedule(), 10_000, () => true).map(
      (atMs) => [atMs, atMs + 250] as const,
    );
    for (let phaseMs = 0; phaseMs < everyMs; phaseMs += 10) {
      const isLost = (atMs: number): boolean =>
        pauses.some(([fromMs, toMs]) => atMs >= fromMs && atMs < toMs);
      let keyFrameMs = phaseMs;
      let lost = 0;
      for (; isLost(keyFrameMs); keyFrameMs += everyMs) lost += 1;
      expect(lost, `${phaseMs}`).toBeLessThanOrEqual(1);
    }
  },
);

it('asks for nothing while frames come, and soon again when they are missing anew', () => {
  const schedule = new KeyFrameSchedule();
  expect(requests(schedule, 10_000, () => false)).toEqual([]);
  expect(requests(schedule, 2_000, (nowMs) => nowMs < 1_000)).toEqual([400]);
  expect(requests(schedule, 1_000, () => true)).toEqual([400]);
});
