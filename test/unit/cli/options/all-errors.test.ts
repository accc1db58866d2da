import { Command } from 'commander';
import { expect, it } from 'vitest';
import { unknownOptions } from '../../../../src-main/cli/options/command-errors.js';
import { SeveralErrors } from '../../../../src-main/cli/options/complaints.js';
import { readRecordPlan } from '../../../../src-main/cli/options/record-plan.js';
import { readSoakPlan } from '../../../../src-main/cli/options/soak-plan.js';
import { readUnboundedPlan } from '../../../../src-main/cli/options/unbounded-plan.js';

function messagesOf(read: () => unknown): string[] {
  try {
    read();
  } catch (thrown) {
    if (!(thrown instanceof SeveralErrors)) throw thrown;
    expect(thrown.exitCode).toBe(2);
    return thrown.errors.map(({ message }) => message);
  }
  return [];
}

const wrong = {
  ...{ url: 'ftp://x', profile: '9k', format: 'avi', crf: '99' },
  ...{ duration: 'abc', maxFiles: 'zero', mode: 'foo' },
};

it('tells everything that is wrong with a recording at once, missing credentials as well', () => {
  const messages = messagesOf(() => readRecordPlan(wrong, {}));
  expect(messages).toHaveLength(9);
  for (const part of ['wss://', 'no credentials', 'No room', '--duration', '--mode', 'profile', '--crf'])
    expect(messages.join('\n')).toContain(part);
  expect(messages.filter((message) => message.startsWith('--format'))).toHaveLength(1);
  // Read twice, for the replay buffer, and told once.
  expect(messagesOf(() => readRecordPlan({ ...wrong, mode: 'encode', replay: '60s' }, {}))).toHaveLength(8);
});

it('tells everything that is wrong with a soak at once', () => {
  const messages = messagesOf(() => readSoakPlan({ minutes: 'x', flatBelow: 'y', ...wrong }, {}));
  expect(messages).toHaveLength(11);
});

it('finds every option that a command does not know, without its value', () => {
  const command = new Command('record').option('--crf <number>', '').exitOverride();
  const args = ['--foo', 'a', '--crf', '9', '--bar=secret', '--foo', '--', '--baz'];
  expect(unknownOptions(command, args).map(({ message }) => message)).toEqual(["Unknown option '--bar'."]);
});

it('tells both that are wrong with two recorders side by side', () => {
  expect(messagesOf(() => readUnboundedPlan({ seconds: 'x', stopAt: 'much' }))).toHaveLength(2);
});
