import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../../scripts/setup/run-command.mjs';
import { fakeProgram, temporaryFolder } from './fake-programs.js';

test('a command that ends is told by its output and its exit code', async () => {
  const folder = temporaryFolder();
  expect(await runCommand(fakeProgram(folder, 'good', 'hello'), [])).toEqual({
    ...{ ok: true, output: 'hello\n', reason: '' },
  });
  expect(await runCommand(fakeProgram(folder, 'bad', 'oh', 3), [])).toMatchObject({
    ...{ ok: false, reason: 'exit code 3' },
  });
});

test('a command that does not end is given up, though what it started holds its output open', async () => {
  const folder = temporaryFolder();
  const [file, pidFile] = [path.join(folder, 'hangs'), path.join(folder, 'pid')];
  writeFileSync(file, `#!/bin/sh\necho begun\nsleep 600 &\necho $! > ${pidFile}\nwait\n`);
  chmodSync(file, 0o755);
  onTestFinished(() => void process.kill(Number(readFileSync(pidFile, 'utf8'))));
  const result = await runCommand(file, [], { timeoutMs: 2_000 });
  expect(result).toEqual({ ok: false, output: 'begun\n', reason: 'no answer within 2 s' });
});
