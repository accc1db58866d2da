import { expect, it } from 'vitest';
import { RestartSchedule } from '../../../src-main/sink/restart-schedule.js';

it('starts once, a second after it was asked', () => {
  const schedule = new RestartSchedule();
  expect(schedule.takeDue(0)).toBe(false);
  expect(schedule.request(5_000)).toBe(true);
  expect(schedule.takeDue(5_999)).toBe(false);
  expect(schedule.takeDue(6_000)).toBe(true);
  expect(schedule.takeDue(60_000)).toBe(false);
});

it('gives up after ten starts, however far apart', () => {
  const schedule = new RestartSchedule();
  const granted = Array.from({ length: 12 }, (_, attempt) => {
    const atMs = attempt * 3_600_000;
    const isGranted = schedule.request(atMs);
    schedule.takeDue(atMs + 1_000);
    return isGranted;
  });
  expect(granted).toEqual([...Array<boolean>(10).fill(true), false, false]);
  expect(schedule.takeDue(Infinity)).toBe(false);
});

it('forgets a start that is not wanted any more', () => {
  const schedule = new RestartSchedule();
  schedule.request(0);
  schedule.cancel();
  expect(schedule.takeDue(60_000)).toBe(false);
});
