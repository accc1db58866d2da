import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SlotLog } from '../../../../src-main/lab/room/slot-log.js';

const now = vi.hoisted(() => ({ ms: 0 }));
vi.mock('../../../../src-main/lab/pattern/lab-clock.js', () => ({ labNowMs: () => now.ms }));

const owner = { identity: 'ada', medium: 'camera' } as const;

beforeEach(() => {
  now.ms = 10_000;
});

afterEach(() => {
  vi.restoreAllMocks();
});

it('keeps slots that were served late, with how late', () => {
  const log = new SlotLog();
  log.served(owner, 9_995);
  log.served(owner, 9_990);
  log.served({ identity: 'ben', medium: 'microphone' }, 9_900);
  expect(log.late).toEqual([
    { identity: 'ada', medium: 'camera', slotMs: 9_990, lateMs: 10 },
    { identity: 'ben', medium: 'microphone', slotMs: 9_900, lateMs: 100 },
  ]);
});

it('keeps the times of slots that were left out', () => {
  const log = new SlotLog();
  log.leftOut(owner, 10_000, 2, 40);
  expect(log.late.map(({ slotMs, lateMs }) => [slotMs, lateMs])).toEqual([
    [9_920, null],
    [9_960, null],
  ]);
});

it('forgets the oldest of many', () => {
  const log = new SlotLog();
  for (let slotMs = 0; slotMs < 5_000; slotMs += 1) log.served(owner, slotMs);
  expect(log.late).toHaveLength(4_096);
  expect(log.late.at(-1)?.slotMs).toBe(4_999);
});
