import { expect, it } from 'vitest';
import type { ReplayState } from '../../../../src-main/contract/replay.js';
import { describeReplay } from '../../../../src-renderer/derive/replay.js';

const running: ReplayState = {
  ...{ seconds: 60, source: 'ownEncoders', spanMs: 48_000, heldBytes: 12_000_000 },
  ...{ capBytes: 120_000_000, isCapped: false, problem: null },
};

it('says how far the buffer goes back, what it takes, and that it uses CPU while nothing is recorded', () => {
  expect(describeReplay(running, 'ready').text).toMatch(/^48 s, 12(\.0)? MB of memory, uses CPU$/);
  expect(describeReplay({ ...running, source: 'take' }, 'recording').text).not.toContain('CPU');
});

it('says that it is shorter than it should be, and why it does not run', () => {
  expect(describeReplay({ ...running, isCapped: true }, 'ready').title).toContain('full at 120 MB');
  const problem = 'The replay buffer needs MP4. Choose MP4 as the format.';
  expect(describeReplay({ ...running, source: 'none', problem }, 'ready')).toEqual({
    text: 'not running',
    title: problem,
  });
  expect(describeReplay(undefined, 'ready')).toEqual({ text: '–', title: '' });
});

it('says nothing of a room that was left: its last numbers still stand', () => {
  for (const recorder of ['idle', 'connecting'] as const)
    expect(describeReplay(running, recorder).text).toBe('empty');
});
