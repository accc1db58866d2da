import { describe, expect, it } from 'vitest';
import type { EndedTake } from '../../../src-main/contract/ended-take.js';
import type { ErrorReport } from '../../../src-main/contract/errors.js';
import { describeEnd, endText, newEnds } from '../../../src-main/format/take-end-text.js';
import { describeOutcome } from '../../../src-main/format/take-outcome.js';
import { accountOf, endedTake, outcome } from '../../renderer/fake-ends.js';

const said = (change: Partial<EndedTake>): string => {
  const { level, ...text } = describeEnd(endedTake(change));
  return `${level}: ${endText(text)}`;
};

describe('what is said of a take that has ended', () => {
  it('is its result alone when somebody stopped it', () => {
    expect(said({ reason: 'stopped' })).toBe(
      'success: standup-1 is finalized, intact and complete; nothing lost.',
    );
    expect(said({ reason: 'stopped', outcome: null })).toBe('info: standup-1 is being saved.');
  });

  const removed: ErrorReport = {
    code: 'connectionLost',
    message: 'The recorder was removed from the room.',
    hint: 'Ask whoever runs the room to let it in again.',
  };
  it.each([
    ['roomEnded', null, 'The room was ended by the server.'],
    ['timeOver', null, 'The time of the take is over.'],
    ['roomLost', removed, 'The recorder was removed from the room.'],
    ['failed', { ...removed, message: 'The disk is full.' }, 'The disk is full.'],
    ['left', null, 'The room was left.'],
  ] as const)('begins with why it ended otherwise: %s', (reason, cause, text) => {
    expect(said({ reason, cause })).toBe(
      `success: ${text} The take is kept: standup-1 is finalized, intact and complete; nothing lost.`,
    );
    expect(said({ reason, cause, outcome: null })).toBe(
      `${reason === 'timeOver' ? 'info' : 'warning'}: ${text} standup-1 is being saved.`,
    );
  });

  const lossy = accountOf({
    grade: 'losses',
    losses: { ...accountOf().losses, video: { dueFrames: 9_240, lostFrames: 3_400, missedFrames: 0 } },
    gaps: 3,
  });
  const cut = { code: 'backupIncomplete', message: 'The backup is not complete.', hint: '' } as const;
  it.each([
    [{ account: lossy }, 'error', ' and intact, but not complete; 3,400 frames lost, 3 gaps.'],
    [{ account: accountOf({ grade: 'smallLosses', gaps: 1 }) }, 'warning', 'but not complete; 1 gap.'],
    [{ account: accountOf({ grade: 'losses' }) }, 'error', ' and intact, but not complete.'],
    [{ account: accountOf({ missingSignals: 1 }) }, 'warning', ', intact and complete; 1 signal missing.'],
    [{ account: accountOf({ grade: null }) }, 'warning', ' is finalized and intact.'],
    [{ isVerified: false }, 'error', ' is finalized, but not every file is intact.'],
    [
      { isProven: false, account: lossy },
      'error',
      ' and plays, but not every file is proven, and not complete; 3,400 frames lost, 3 gaps.',
    ],
    [{ isProven: false }, 'success', ' is finalized and plays, but not every file is proven; nothing lost.'],
    [{ problem: cut }, 'warning', 'nothing lost. The backup is not complete.'],
    [{ files: 0, isVerified: false }, 'warning', 'standup-1 has no files: nobody was recorded.'],
    [
      { files: 0, isVerified: false, account: accountOf({ grade: 'losses', missingTracks: 2 }) },
      'error',
      'standup-1 has no files: 2 tracks missing.',
    ],
    [
      { account: null, problem: { code: 'diskFull', message: 'No space.', hint: 'Free some.' } },
      'error',
      'standup-1 could not be finalized. No space. Free some.',
    ],
  ] as const)('%o', (change, level, end) => {
    const text = said({ reason: 'stopped', outcome: outcome(change) });
    expect(text.startsWith(`${level}: standup-1 `)).toBe(true);
    expect(text.endsWith(end)).toBe(true);
  });

  it('keeps nothing of a take without files', () => {
    expect(said({ reason: 'roomEnded', outcome: outcome({ files: 0, isVerified: false }) })).toBe(
      'warning: The room was ended by the server. standup-1 has no files: nobody was recorded.',
    );
  });
});

it('has one statement for panel and notification, and none that nothing is lost of files that are not intact', () => {
  expect(describeOutcome(outcome())).toEqual({ tone: 'good', text: 'nothing lost' });
  expect(describeOutcome(outcome({ isVerified: false }))).toEqual({
    tone: 'bad',
    text: 'not every file is intact',
  });
  expect(describeOutcome(outcome({ account: null }))).toEqual({ tone: 'bad', text: 'not finalized' });
});

describe('what is news of takes that have ended', () => {
  const saved = endedTake({ outcome: null });
  const checked = endedTake({});

  it('is nothing to whoever has just come', () => {
    expect(newEnds([saved], null)).toEqual([]);
  });

  it('is that one has ended, and what it has come to, each once', () => {
    expect(newEnds([saved], {})).toEqual([saved]);
    expect(newEnds([saved], { endedTakes: [saved] })).toEqual([]);
    expect(newEnds([checked], { endedTakes: [saved] })).toEqual([checked]);
    expect(newEnds([checked], { endedTakes: [checked] })).toEqual([]);
    expect(newEnds(undefined, { endedTakes: [checked] })).toEqual([]);
  });
});
