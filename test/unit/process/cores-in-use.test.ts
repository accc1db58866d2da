import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { expect, it } from 'vitest';
import { coresInUseByOthers } from '../../../src-main/process/cores-in-use.js';

it('sees a program that computes, and never more than the machine has', async () => {
  const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  try {
    // Another program may have the machine at this moment: sooner or later this one is seen.
    await expect.poll(coresInUseByOthers, { timeout: 20_000 }).toBeGreaterThan(0.3);
    expect(await coresInUseByOthers()).toBeLessThanOrEqual(cpus().length);
  } finally {
    busy.kill('SIGKILL');
  }
});
