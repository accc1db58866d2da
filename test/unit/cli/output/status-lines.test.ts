import { expect, it } from 'vitest';
import { createPaint } from '../../../../src-main/cli/output/paint.js';
import { liveStatus, plainStatus } from '../../../../src-main/cli/output/status-lines.js';
import type { Snapshot } from '../../../../src-main/contract/snapshot.js';
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

it('says what costs quality on this machine, the oldest first', () => {
  const words = { what: 'It is slow', advice: 'Wait.' };
  const behind = {
    name: 'encoderBehind',
    file: 'ada.mp4',
    identity: 'ada',
    durationMs: 12_000,
    ...words,
  } as const;
  const slow = { name: 'diskSlow', file: null, identity: null, durationMs: 3_000, ...words } as const;
  const snapshot = { ...snapshotAt(60_000, 0, 'calm'), conditions: [behind, slow] };
  expect(plainStatus(snapshot)).toContain(', encoder behind (ada.mp4) for 12 s, and 1 more, ');
  expect(liveStatus({ ...snapshot, conditions: [slow] }, 100, createPaint(false))).toContain(
    'disk slow for 3 s',
  );
});

it('says what is lost in the words of the window, and that nothing is only where that is known', () => {
  const snapshot = snapshotAt(60_000, 0, 'calm');
  const lineOf = (change: Partial<Snapshot>): string =>
    liveStatus({ ...snapshot, ...change }, 120, createPaint(false)).find((line) =>
      line.startsWith('queue'),
    ) ?? '';
  expect(lineOf({})).toMatch(/^queue \d+\/\d+ {2}nothing lost so far {2}dropped /);
  expect(plainStatus(snapshot)).toContain(', nothing lost so far, dropped ');
  expect(lineOf({ connection: 'reconnecting' })).toMatch(/^queue \d+\/\d+ {2}dropped /);
  const [first, ...others] = snapshot.sinks;
  if (first === undefined) throw new Error('the fake has files');
  const sinks = [{ ...first, gaps: { count: 2, longestMs: 400 } }, ...others];
  expect(lineOf({ sinks })).toContain('  2 gaps  dropped');
});
