import { expect, it } from 'vitest';
import { createPaint } from '../../../../src-main/cli/output/paint.js';
import { liveStatus, plainStatus } from '../../../../src-main/cli/output/status-lines.js';
import { snapshotAt } from '../../../renderer/fake-numbers.js';

it('says PAUSED in place of REC while nothing is recorded, with the time that is', () => {
  const snapshot = { ...snapshotAt(60_000, 0, 'calm'), takeMs: 61_000 };
  const paint = createPaint(false);
  expect(liveStatus(snapshot, 100, paint)[0]).toMatch(/^● REC 00:01:01/);
  expect(plainStatus(snapshot)).toMatch(/^00:01:01 REC /);
  const paused = { ...snapshot, isPaused: true };
  expect(liveStatus(paused, 100, paint)[0]).toMatch(/^‖ PAUSED 00:01:01/);
  expect(plainStatus(paused)).toMatch(/^00:01:01 PAUSED /);
});
