import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DiskLane } from '../../../src-main/storage/disk-lanes.js';
import * as takeFolder from '../../../src-main/storage/take-folder.js';
import { DiskSpaceMonitor } from '../../../src-main/take/disk-space-monitor.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

vi.mock(import('../../../src-main/storage/take-folder.js'), { spy: true });

let log: EventLog;
let nowMs: number;

beforeEach(() => {
  log = new EventLog(100);
  nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetAllMocks();
});

function monitor(lane?: DiskLane): DiskSpaceMonitor {
  return new DiskSpaceMonitor('/takes', new EventReporter(log, () => null), lane);
}

/** Looks at a disk that would be full in so many seconds at 1 MB a second. @returns whether the take has to be stopped */
async function lookAt(disk: DiskSpaceMonitor, seconds: number): Promise<boolean> {
  vi.mocked(takeFolder.freeBytesOf).mockResolvedValue(seconds * 1e6);
  for (let passed = 0; passed < 40; passed += 1) {
    nowMs += 1_000;
    disk.noteWritten(nowMs * 1_000);
  }
  return disk.check();
}

function told(): string[] {
  return log.entries.map(({ message }) => message);
}

it('warns by the time that is left, once at each level, and again when it was well over', async () => {
  const disk = monitor();
  expect(await lookAt(disk, 7_200)).toBe(false);
  expect(told()).toEqual([]);
  await lookAt(disk, 1_799);
  await lookAt(disk, 1_700);
  // Around the limit: not told again.
  await lookAt(disk, 1_900);
  await lookAt(disk, 1_790);
  expect(told()).toEqual([
    '1.80 GB are left on the disk: at the present rate it is full in 29 min 59 s. Free some space, or plan where to go on.',
  ]);
  expect(await lookAt(disk, 290)).toBe(false);
  expect(told().slice(1)).toEqual([
    '290 MB are left on the disk: at the present rate it is full in 4 min 50 s. Free some space now, or stop the take and choose another folder.',
  ]);
  expect(log.entries.at(-1)).toMatchObject({
    ...{ name: 'diskLow', level: 'warning' },
    details: { level: 'veryLow', freeBytes: 290e6, secondsToFull: 290 },
  });
  await lookAt(disk, 7_200);
  await lookAt(disk, 200);
  expect(told()).toHaveLength(3);
});

it('says while the files are being finished that it is so, and advises nobody to stop or to go on elsewhere', async () => {
  const disk = monitor();
  await lookAt(disk, 7_200);
  vi.mocked(takeFolder.freeBytesOf).mockResolvedValue(200e6);
  await disk.check(false);
  expect(told()).toEqual([
    '200 MB are left on the disk. The files of the take are being finished there: free some space if you can. What was written plays in any case.',
  ]);
});

it('goes by the bytes while it does not know the time, and not when nothing is written any more', async () => {
  const disk = monitor();
  vi.mocked(takeFolder.freeBytesOf).mockResolvedValue(900e6);
  await disk.check();
  expect(told()).toEqual([
    '900 MB are left on the disk. Free some space now, or stop the take and choose another folder.',
  ]);
  await lookAt(disk, 2_300);
  expect(told()).toHaveLength(1);
  vi.mocked(takeFolder.freeBytesOf).mockResolvedValue(900e6);
  const writtenBytes = nowMs * 1_000;
  for (const passedMs of [40_000, 40_000]) {
    nowMs += passedMs;
    disk.noteWritten(writtenBytes);
  }
  expect(disk.secondsToFull).toBeNull();
  await disk.check();
  expect(told()).toHaveLength(1);
});

it('has the take stopped five seconds before the disk is full, and with 50 MB at the least', async () => {
  const disk = monitor();
  expect(await lookAt(disk, 50)).toBe(false);
  expect(await lookAt(disk, 49)).toBe(true);
  const fast = monitor();
  vi.mocked(takeFolder.freeBytesOf).mockResolvedValue(400e6);
  for (let second = 0; second < 40; second += 1) {
    nowMs += 1_000;
    fast.noteWritten(second * 100e6);
  }
  expect(await fast.check()).toBe(true);
});

it('asks a disk that does not answer once, in the lane of its take', async () => {
  const lane = new DiskLane();
  let answer: (free: number) => void = () => undefined;
  vi.mocked(takeFolder.freeBytesOf).mockImplementation(() => new Promise((resolve) => (answer = resolve)));
  const disk = monitor(lane);
  const first = disk.check();
  expect(await disk.check()).toBe(false);
  expect(await disk.check()).toBe(false);
  await vi.waitFor(() => expect(takeFolder.freeBytesOf).toHaveBeenCalledTimes(1));
  answer(1e6);
  expect(await first).toBe(true);
});
