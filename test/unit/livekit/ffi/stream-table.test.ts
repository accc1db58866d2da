import { expect, it } from 'vitest';
import { StreamTable } from '../../../../src-main/livekit/ffi/stream-table.js';

it('hands each open stream to the watchdog once, and never one that the main thread claimed', () => {
  const table = new StreamTable();
  const watchdog = new StreamTable(table.buffer);
  const first = table.enter(11n, 'video');
  table.enter(22n, 'video');
  if (first === null) throw new Error('the table is full');
  expect(table.claimByMain(first)).toBe(true);
  expect([...watchdog.claimAllByWatchdog('video')]).toEqual([22n]);
  expect([...watchdog.claimAllByWatchdog('video')]).toEqual([]);
});

it('tells the main thread that the watchdog was first', () => {
  const table = new StreamTable();
  const slot = table.enter(2n ** 63n + 5n, 'video');
  if (slot === null) throw new Error('the table is full');
  expect([...new StreamTable(table.buffer).claimAllByWatchdog('video')]).toEqual([2n ** 63n + 5n]);
  expect(table.claimByMain(slot)).toBe(false);
});

it('uses freed slots again and refuses when all are taken', () => {
  const table = new StreamTable();
  const slots: number[] = [];
  for (let slot = table.enter(1n, 'video'); slot !== null; slot = table.enter(1n, 'video')) slots.push(slot);
  expect(slots).toEqual(Array.from({ length: table.size }, (_, slot) => slot));
  expect(slots.length).toBeGreaterThanOrEqual(512);
  table.claimByMain(7);
  table.free(7);
  expect(table.enter(99n, 'video')).toBe(7);
});

it('passes heartbeats and the stop through shared memory', () => {
  const table = new StreamTable();
  const watchdog = new StreamTable(table.buffer);
  table.beat();
  table.beat();
  expect(watchdog.beats).toBe(2);
  expect(watchdog.isStopped).toBe(false);
  table.stop();
  expect(watchdog.isStopped).toBe(true);
});

it('hands over for how long the watchdog stood still, once', () => {
  const table = new StreamTable();
  const watchdog = new StreamTable(table.buffer);
  watchdog.noteStandstill(400);
  watchdog.noteStandstill(50);
  expect(table.takeStandstillMs()).toBe(450);
  expect(table.takeStandstillMs()).toBe(0);
  expect(table.isStopped).toBe(false);
});

it('hands over streams of each kind by itself: those of audio may stay open for longer', () => {
  const table = new StreamTable();
  const watchdog = new StreamTable(table.buffer);
  const camera = table.enter(11n, 'video');
  const microphone = table.enter(22n, 'audio');
  if (camera === null || microphone === null) throw new Error('the table is full');
  expect([...watchdog.claimAllByWatchdog('video')]).toEqual([11n]);
  expect(table.claimByMain(camera)).toBe(false);
  expect(table.claimByMain(microphone)).toBe(true);
  table.enter(33n, 'audio');
  expect([...watchdog.claimAllByWatchdog('video')]).toEqual([]);
  expect([...watchdog.claimAllByWatchdog('audio')]).toEqual([33n]);
});
