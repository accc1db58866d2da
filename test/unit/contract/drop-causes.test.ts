import { expect, it } from 'vitest';
import { describeDrops, dropsByCause } from '../../../src-main/cli/output/status-lines.js';
import { droppedFrames, lostFrames, unaccountedFrames } from '../../../src-main/contract/drop-causes.js';
import { diskLevel } from '../../../src-main/contract/limits.js';
import { accountingSchema } from '../../../src-main/contract/manifest.js';

const dropped = {
  queueFull: 10,
  byteCap: 0,
  sinkFailed: 3,
  encoderLost: 6,
  outOfOrder: 1,
  tooLate: 0,
  governed: 4,
  paced: 200,
  paused: 0,
  endOfTrack: 2,
  notRecording: 30,
  packetLost: 0,
  awaitingKey: 0,
  undecodable: 0,
  otherCodec: 0,
  notDecrypted: 0,
  diskBehind: 0,
  receiverLost: 0,
  madeUp: 0,
  superseded: 0,
};

it('counts as lost what should be in a file, and nothing else', () => {
  expect(lostFrames(dropped)).toBe(24);
  expect(droppedFrames(dropped)).toBe(256);
  expect(lostFrames({ paced: 200, endOfTrack: 2, notRecording: 30 })).toBe(0);
});

it('balances what was received', () => {
  const accounting = { received: 1_000, written: 734, queued: 10, dropped };
  expect(unaccountedFrames(accounting)).toBe(0);
  expect(unaccountedFrames({ ...accounting, written: 733 })).toBe(1);
});

it('reads what an older version counted, and every frame of it has a cause', () => {
  const counts = { received: 100, written: 60, queued: 0, dropped: { queueFull: 10, lowerLayer: 30 } };
  const accounting = accountingSchema.parse(counts);
  expect(accounting.dropped).toMatchObject({ queueFull: 10, superseded: 30, paced: 0 });
  expect(unaccountedFrames(accounting)).toBe(0);
  expect(lostFrames(accounting.dropped)).toBe(10);
});

it('names the causes on a terminal as the window does, without what belongs to no take', () => {
  const drops = dropsByCause([{ received: 0, written: 0, queued: 0, dropped }]);
  expect(describeDrops(drops)).toBe(
    '224 frames (queue full 10, without an encoder 3, lost with the encoder 6, out of order 1, dropped to save memory 4, above profile rate 200)',
  );
  expect(describeDrops({})).toBe('0');
});

it.each([
  [null, null, 'ok'],
  [5e9, null, 'ok'],
  [5e9 - 1, null, 'low'],
  [1e9, null, 'low'],
  [1e9 - 1, null, 'veryLow'],
  [1e9 - 1, 86_400, 'low'],
  [1e9, 86_400, 'ok'],
  [100e9, 1_800, 'ok'],
  [100e9, 1_799, 'low'],
  [100e9, 300, 'low'],
  [100e9, 299, 'veryLow'],
  [null, 60, 'veryLow'],
] as const)('%s bytes free and full in %s s is %s', (freeBytes, secondsToFull, level) => {
  expect(diskLevel({ freeBytes, secondsToFull })).toBe(level);
});
