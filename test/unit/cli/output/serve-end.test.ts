import { expect, it } from 'vitest';
import { serveEnd } from '../../../../src-main/cli/output/serve-end.js';
import { withEveryCause } from '../../../../src-main/contract/drop-causes.js';
import type { EndedTake, TakeOutcome } from '../../../../src-main/contract/ended-take.js';

const outcome: TakeOutcome = {
  ...{ files: 1, isVerified: true, problem: null },
  account: {
    ...{ grade: 'complete', gaps: 0, lostPackets: 0, missingTracks: 0, missingSignals: 0 },
    losses: { video: { dueFrames: 90, lostFrames: 0, missedFrames: 0 }, audio: { dueMs: 3_000, lostMs: 0 } },
    dropped: { video: withEveryCause({}), audio: withEveryCause({}) },
  },
};
const running: EndedTake = {
  ...{ takeName: 'standup-1', endedAt: '2026-11-30T06:00:00.000Z', reason: 'left', cause: null },
  outcome: null,
};
const problem = {
  code: 'recordedWithLosses',
  message: 'ada.mp4 is not complete.',
  hint: 'It plays.',
} as const;

it('says what has become of the take that the end of a console has stopped', () => {
  expect(serveEnd([], [{ ...running, outcome }])).toEqual({
    lines: [
      'The room was left. The take is kept: standup-1 is finalized, intact and complete; nothing lost.',
    ],
    exitCode: 0,
  });
});

it('ends as `record` does when that take lacks something, or is still being checked', () => {
  const lossy = { ...outcome, problem };
  expect(serveEnd([running], [{ ...running, outcome: lossy }]).exitCode).toBe(8);
  const full = { code: 'diskFull', message: 'The disk is full.', hint: 'Free some space.' } as const;
  expect(serveEnd([], [{ ...running, reason: 'failed', cause: full, outcome: lossy }]).exitCode).toBe(5);
});

it('says nothing of takes that windows were told of', () => {
  const told = { ...running, outcome: { ...outcome, problem } };
  expect(serveEnd([told], [told])).toEqual({ lines: [], exitCode: 0 });
});
