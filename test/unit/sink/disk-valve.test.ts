import { describe, expect, it } from 'vitest';
import { DiskValve } from '../../../src-main/sink/disk-valve.js';

describe('DiskValve', () => {
  it('lets everything through while it is open', async () => {
    const valve = new DiskValve();
    expect(valve.isOpen).toBe(true);
    await valve.pass(1e12);
  });

  it('holds every writer until it is opened', async () => {
    const valve = new DiskValve();
    valve.hold();
    let passed = 0;
    const writers = [1, 2, 3].map(() =>
      valve.pass(1).then(() => {
        passed += 1;
      }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(passed).toBe(0);
    valve.open();
    await Promise.all(writers);
    expect(passed).toBe(3);
  });

  it('takes as long as the rate needs', async () => {
    const valve = new DiskValve();
    valve.limit(100_000);
    const fromMs = performance.now();
    await valve.pass(5_000);
    expect(performance.now() - fromMs).toBeGreaterThanOrEqual(49);
  });

  it('is full for those who wait as well', async () => {
    const valve = new DiskValve();
    valve.hold();
    const writer = valve.pass(1);
    valve.fill();
    await expect(writer).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(valve.pass(1)).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});
