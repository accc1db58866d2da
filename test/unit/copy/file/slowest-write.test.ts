import { expect, it } from 'vitest';
import { SlowestWrite } from '../../../../src-main/copy/file/slowest-write.js';

it('tells how long a disk takes while it does, and for a second behind that', async () => {
  let nowMs = 5_000;
  const slowest = new SlowestWrite(() => nowMs);
  expect(slowest.recentMs).toBe(0);
  let answer: () => void = () => undefined;
  const call = slowest.time(
    new Promise<void>((resolve) => {
      answer = resolve;
    }),
  );
  nowMs += 13_000;
  expect(slowest.recentMs).toBe(13_000);
  answer();
  await call;
  await slowest.time(Promise.resolve());
  nowMs += 900;
  expect(slowest.recentMs).toBe(13_000);
  nowMs += 200;
  expect(slowest.recentMs).toBe(0);
  await expect(slowest.time(Promise.reject(new Error('full')))).rejects.toThrow('full');
  expect(slowest.recentMs).toBe(0);
});
