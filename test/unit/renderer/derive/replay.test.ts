import { expect, it } from 'vitest';
import type { ReplayState } from '../../../../src-main/contract/replay.js';
import { describeReplay } from '../../../../src-renderer/derive/replay.js';

const running: ReplayState = {
  ...{ seconds: 60, source: 'ownEncoders', spanMs: 48_000, heldBytes: 12_000_000 },
  ...{ capBytes: 120_000_000, isCapped: false, problem: null },
};

it('says how far the buffer goes back, what it takes, and that it uses CPU while nothing is recorded', () => {
  expect(describeReplay(running).text).toMatch(/^48 s, 12(\.0)? MB of memory, uses CPU$/);
  expect(describeReplay({ ...running, source: 'take' }).text).not.toContain('CPU');
});

it('says that it is shorter than it should be, and why it does not run', () => {
  expect(describeReplay({ ...running, isCapped: true }).title).toContain('full at 120 MB');
  const problem = 'The replay buffer needs MP4. Choose MP4 as the format.';
  expect(describeReplay({ ...running, source: 'none', problem })).toEqual({
    text: 'not running',
    title: problem,
  });
  expect(describeReplay(undefined)).toEqual({ text: '–', title: '' });
});
