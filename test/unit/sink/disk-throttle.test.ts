import { afterEach, describe, expect, it, vi } from 'vitest';
import { DiskThrottle } from '../../../src-main/sink/disk-throttle.js';

afterEach(() => {
  vi.useRealTimers();
});

/** Says whether a writer has got through, once everything that does not wait for time has happened. */
async function hasPassed(writer: Promise<void>): Promise<boolean> {
  let passed = false;
  void writer.then(() => {
    passed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return passed;
}

describe('DiskThrottle', () => {
  it('lets everything through at once while it is open', async () => {
    const throttle = new DiskThrottle();
    expect(throttle.isOpen).toBe(true);
    expect(await hasPassed(throttle.admit(1e12))).toBe(true);
  });

  it.each([
    ['held', (throttle: DiskThrottle) => throttle.stall()],
    ['full', (throttle: DiskThrottle) => throttle.failWithEnospc()],
    ['slow', (throttle: DiskThrottle) => throttle.limit(1000)],
  ])('says that it is not open while it is %s, and open again afterwards', async (_, close) => {
    const throttle = new DiskThrottle();
    close(throttle);
    expect(throttle.isOpen).toBe(false);
    throttle.open();
    expect(throttle.isOpen).toBe(true);
    expect(await hasPassed(throttle.admit(1e12))).toBe(true);
  });

  it('holds every writer until it is opened', async () => {
    const throttle = new DiskThrottle();
    throttle.stall();
    let passed = 0;
    const writers = [1, 2, 3].map(() =>
      throttle.admit(1).then(() => {
        passed += 1;
      }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(passed).toBe(0);
    throttle.open();
    await Promise.all(writers);
    expect(passed).toBe(3);
  });

  it('takes as long as the rate needs, and no longer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const throttle = new DiskThrottle();
    throttle.limit(100_000);
    const writer = throttle.admit(5_000);
    await vi.advanceTimersByTimeAsync(49);
    expect(await hasPassed(writer)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await hasPassed(writer)).toBe(true);
  });

  it('counts what was waited for already when the rate changes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const throttle = new DiskThrottle();
    throttle.limit(1_000);
    await vi.advanceTimersByTimeAsync(250);
    const writer = throttle.admit(1_000);
    await vi.advanceTimersByTimeAsync(400);
    throttle.limit(2_000);
    await vi.advanceTimersByTimeAsync(99);
    expect(await hasPassed(writer)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await hasPassed(writer)).toBe(true);
  });

  it('is full for those who wait as well', async () => {
    const throttle = new DiskThrottle();
    throttle.stall();
    const writer = throttle.admit(1);
    throttle.failWithEnospc();
    await expect(writer).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(throttle.admit(1)).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});
