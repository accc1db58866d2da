import { expect, it } from 'vitest';
import { roomEventLogger, type RoomHooks } from '#engine/recorder/room-event-log.js';
import { EventLog } from '#engine/telemetry/event-log.js';
import { EventReporter } from '#engine/telemetry/event-reporter.js';

it.each([
  [true, 'nothing was received meanwhile', [8_000]],
  // A copied take goes on: nothing is missing from it.
  [false, 'received by a process of its own', []],
])('says what a standstill means, where this process receives: %s', (receives, said, noted) => {
  const log = new EventLog(5);
  const lengths: number[] = [];
  const hooks = { onStandstill: (ms: number) => lengths.push(ms) } as unknown as RoomHooks;
  roomEventLogger(new EventReporter(log, () => 0), hooks, receives).onStandstill(8_000);
  expect(log.entries[0]).toMatchObject({ level: 'warning', name: 'processStoodStill' });
  expect(log.entries[0]?.message).toContain(said);
  expect(lengths).toEqual(noted);
});
