import { expect, it } from 'vitest';
import { LossLog } from '../../../src-main/take/loss-log.js';

it('of what is dropped is not where frames had ended long before, and nothing was lost', () => {
  const log = new LossLog();
  const sample = (nowMs: number, received: number, dropped: number): void => {
    const video = { received, dropped, missed: 0, isDue: true };
    log.sample({ nowMs, video, audio: { lostMs: 0 } });
  };
  for (let ms = 0; ms <= 2_000; ms += 250) sample(ms, ms / 33, 0);
  // The source sent nothing for a while.
  sample(4_400, 61, 0);
  log.gapEnded('video', 4_400, 2_400);
  for (let ms = 4_500; ms <= 16_500; ms += 250) sample(ms, ms / 33, 0);
  sample(16_750, 520, 6);
  log.end();
  expect(log.gaps).toMatchObject([{ atMs: 16_500, durationMs: 250, cause: 'dropped' }]);
});
