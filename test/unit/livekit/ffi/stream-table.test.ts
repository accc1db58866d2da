import { expect, it } from 'vitest';
import { StreamTable } from '../../../../src-main/livekit/ffi/stream-table.js';

it('hands each open stream to the watchdog once, and never one that the main thread claimed', () => {
  const table = new StreamTable();
  const watchdog = new StreamTable(table.buffer);
  const first = table.enter(11n);
  table.enter(22n);
  if (first === null) throw new Error('the table is full');
  expect(table.claimByMain(first)).toBe(true);
  expect([...watchdog.claimAllByWatchdog()]).toEqual([22n]);
  expect([...watchdog.claimAllByWatchdog()]).toEqual([]);
});

it('tells the main thread that the watchdog was first', () => {
  const table = new StreamTable();
  const slot = table.enter(2n ** 63n + 5n);
  if (slot === null) throw new Error('the table is full');
  expect([...new StreamTable(table.buffer).claimAllByWatchdog()]).toEqual([2n ** 63n + 5n]);
  expect(table.claimByMain(slot)).toBe(false);
});

it('uses freed slots again and refuses when all are taken', () => {
  const table = new StreamTable();
  const slots: number[] = [];
  for (let slot = table.enter(1n); slot !== null; slot = table.enter(1n)) slots.push(slot);
  expect(slots).toEqual(Array.from({ length: table.size }, (_, slot) => slot));
  expect(slots.length).toBeGreaterThanOrEqual(512);
  table.claimByMain(7);
  table.free(7);
  expect(table.enter(99n)).toBe(7);
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
