import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { lowerPriority } from '../../../src-main/process/low-priority.js';
import { runToExit } from '../../../src-main/process/run-to-exit.js';

const hasGroups = existsSync('/proc/self/autogroup');
const groupOf = (pid: number | 'self'): string => readFileSync(`/proc/${pid}/autogroup`, 'utf8').trim();

/** By how much each yields to others: in its session, and among sessions. */
it.skipIf(!hasGroups).each([
  ['belowNormal', 10],
  ['low', 19],
] as const)('makes the session of a program as nice as the program, at %s', async (priority, nice) => {
  const lines: string[] = [];
  await runToExit({
    program: 'sh',
    // It may have begun before it is told.
    arguments: [
      '-c',
      `until grep -q ' nice [1-9]' /proc/self/autogroup; do :; done; cat /proc/self/autogroup; nice`,
    ],
    ...{ silenceLimitMs: 60_000, priority },
    onStdoutLine: (line) => lines.push(line),
  });
  expect(lines).toEqual([expect.stringMatching(` nice ${nice}$`), String(nice)]);
});

it.skipIf(!hasGroups)('leaves this process’s own session alone', async () => {
  const before = groupOf('self');
  const child = spawn('sleep', ['60']);
  await new Promise((resolve) => child.once('spawn', resolve));
  lowerPriority(child.pid ?? 0, 'low');
  expect([groupOf('self'), getPriority(child.pid)]).toEqual([before, 19]);
  child.kill('SIGKILL');
});
