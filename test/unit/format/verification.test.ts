import { expect, it } from 'vitest';
import { isAsMade, isOnlyEarly } from '../../../src-main/format/verification.js';

const problem = {
  code: 'diskFull',
  message: 'The disk is full.',
  hint: 'Free some.',
  file: null,
  identity: null,
};
const failed = [{ code: 'takeFailed' }];

it('tells a take that only ended early from one whose files are not what was recorded', () => {
  const good = [{ ok: true }];
  for (const [findings, state] of [
    [failed, 'failed'],
    [[], 'complete'],
  ] as const)
    expect(isOnlyEarly({ files: good, findings }, { problem, state })).toBe(true);
  expect(isOnlyEarly({ files: good, findings: [] }, { problem: null, state: 'complete' })).toBe(false);
  expect(
    isOnlyEarly({ files: [...good, { ok: false }], findings: failed }, { problem, state: 'failed' }),
  ).toBe(false);
  expect(isOnlyEarly({ files: [], findings: failed }, { problem, state: 'failed' })).toBe(false);
  const unreachable = [...failed, { code: 'missing' }];
  expect(isOnlyEarly({ files: good, findings: unreachable }, { problem, state: 'failed' })).toBe(false);
});

it('holds no MP4 file against a take that was moved to where it is needed', () => {
  const states = ['asMade', 'missing', 'changed', 'otherSource'] as const;
  expect(states.filter((state) => isAsMade({ state }))).toEqual(['asMade', 'missing']);
});
