import { expect, it } from 'vitest';
import { tooManyOpenFiles } from '../../../src-main/process/open-files.js';
import { restartAfter, RestartSchedule } from '../../../src-main/sink/restart-schedule.js';

it('starts at once after the first death, and once', () => {
  const schedule = new RestartSchedule();
  expect(schedule.takeDue(0)).toBe(false);
  expect(schedule.request(5_000)).toBe(true);
  expect(schedule.isDue(5_000)).toBe(true);
  expect(schedule.takeDue(5_000)).toBe(true);
  expect(schedule.isDue(5_000)).toBe(false);
  expect(schedule.takeDue(60_000)).toBe(false);
});

it('waits longer each time that an encoder dies soon after its start, and not after one that lived', () => {
  const schedule = new RestartSchedule();
  let nowMs = 60_000;
  for (const pauseMs of [0, 250, 500, 1_000, 1_000]) {
    schedule.request(nowMs);
    if (pauseMs > 0) expect(schedule.takeDue(nowMs + pauseMs - 1)).toBe(false);
    nowMs += pauseMs;
    expect(schedule.takeDue(nowMs)).toBe(true);
    nowMs += 9_999;
  }
  nowMs += 1;
  schedule.request(nowMs);
  expect(schedule.takeDue(nowMs)).toBe(true);
});

it('waits as long as it is told to', () => {
  const schedule = new RestartSchedule();
  schedule.request(0, { pauseMs: 5_000 });
  expect(schedule.takeDue(4_999)).toBe(false);
  expect(schedule.takeDue(5_000)).toBe(true);
});

it('gives up after ten starts within ten minutes', () => {
  const schedule = new RestartSchedule();
  const granted = Array.from({ length: 12 }, (_, attempt) => {
    const atMs = attempt * 20_000;
    const isGranted = schedule.request(atMs);
    schedule.takeDue(atMs + 1_000);
    return isGranted;
  });
  expect(granted).toEqual([...Array<boolean>(10).fill(true), false, false]);
  expect(schedule.takeDue(Infinity)).toBe(false);
});

it('goes on trying where none has died: somebody may leave an hour later', () => {
  const starved = restartAfter(tooManyOpenFiles(null));
  const schedule = new RestartSchedule();
  for (let attempt = 0; attempt < 720; attempt += 1) {
    expect(schedule.request(attempt * 5_000, starved)).toBe(true);
    expect(schedule.takeDue(attempt * 5_000 + 5_000)).toBe(true);
  }
  expect(schedule.request(3_700_000)).toBe(true);
});

it('goes on for as long as the take, when an encoder dies once in a while', () => {
  const schedule = new RestartSchedule();
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const atMs = attempt * 61_000;
    expect(schedule.request(atMs)).toBe(true);
    expect(schedule.takeDue(atMs)).toBe(true);
  }
});

it('forgets a start that is not wanted any more', () => {
  const schedule = new RestartSchedule();
  schedule.request(0);
  schedule.cancel();
  expect(schedule.takeDue(60_000)).toBe(false);
});
