import { expect, it } from 'vitest';
import { DiskSilence, silentDiskMs } from '../../../src-main/take/disk-silence.js';

/** Looks each 200 ms. @returns when the disk counts as failed, in milliseconds; null when it does not in a minute */
function failsAt(
  silence: DiskSilence,
  bytesAt: (ms: number) => { writtenBytes: number; queuedBytes: number },
): number | null {
  for (let ms = 0; ms <= 60_000; ms += 200) if (silence.look(ms, bytesAt(ms))) return ms;
  return null;
}

it('takes a disk for failed that has taken nothing for ten seconds of what waits for it', () => {
  const stalled = (ms: number): { writtenBytes: number; queuedBytes: number } => ({
    writtenBytes: Math.min(ms, 5_000),
    queuedBytes: Math.max(100, ms - 5_000),
  });
  expect(failsAt(new DiskSilence(), stalled)).toBe(5_000 + silentDiskMs);
});

it('does not while something is taken now and then, or nothing waits', () => {
  const slow = (ms: number): { writtenBytes: number; queuedBytes: number } => ({
    writtenBytes: Math.floor(ms / (silentDiskMs - 1_000)),
    queuedBytes: 1_000_000,
  });
  expect(failsAt(new DiskSilence(), slow)).toBeNull();
  expect(failsAt(new DiskSilence(), () => ({ writtenBytes: 7, queuedBytes: 0 }))).toBeNull();
});

it('does not take a process that stood still for a disk that did', () => {
  const silence = new DiskSilence();
  const waiting = { writtenBytes: 1, queuedBytes: 10 };
  expect(silence.look(0, waiting)).toBe(false);
  expect(silence.look(120_000, waiting)).toBe(false);
});

it('begins anew with another disk', () => {
  const silence = new DiskSilence();
  const waiting = { writtenBytes: 1, queuedBytes: 10 };
  expect(failsAt(silence, () => waiting)).not.toBeNull();
  silence.restart();
  expect(silence.look(61_000, waiting)).toBe(false);
});
