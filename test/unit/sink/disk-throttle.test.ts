import { describe, expect, it } from 'vitest';
import { DiskThrottle } from '../../../src-main/sink/disk-throttle.js';

describe('DiskThrottle', () => {
  it('lets everything through while it is open', async () => {
    const throttle = new DiskThrottle();
    expect(throttle.isOpen).toBe(true);
    await throttle.admit(1e12);
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

  it('takes as long as the rate needs', async () => {
    const throttle = new DiskThrottle();
    throttle.limit(100_000);
    const fromMs = performance.now();
    await throttle.admit(5_000);
    expect(performance.now() - fromMs).toBeGreaterThanOrEqual(49);
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
