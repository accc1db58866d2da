import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProgramExit, runToExit } from '../../../src-main/process/run-to-exit.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-run-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs a shell script that notes each of its starts. */
async function runScript(script: string): Promise<{ exit: ProgramExit; starts: number }> {
  const log = join(folder, 'starts');
  const exit = await runToExit({
    program: 'sh',
    silenceLimitMs: 60_000,
    arguments: ['-c', `echo start >> "$0"; starts=$(wc -l < "$0"); ${script}`, log],
  });
  return { exit, starts: (await readFile(log, 'utf8')).split('\n').length - 1 };
}

describe.skipIf(process.platform === 'win32')('runToExit', () => {
  it.each(['INT', 'TERM', 'HUP'])('starts again what SIG%s hit before it said anything', async (signal) => {
    expect(await runScript(`[ "$starts" -ge 3 ] || kill -${signal} $$; exit 3`)).toEqual({
      exit: { type: 'exited', exitCode: 3 },
      starts: 3,
    });
  });

  it('gives up when every start is hit', async () => {
    expect(await runScript('kill -INT $$')).toEqual({ exit: { type: 'exited', exitCode: null }, starts: 5 });
  });

  it('does not run a second time what had begun its work', async () => {
    expect(await runScript('echo working >&2; kill -INT $$')).toEqual({
      exit: { type: 'exited', exitCode: null },
      starts: 1,
    });
  });

  it('leaves alone what another signal ended', async () => {
    expect(await runScript('kill -KILL $$')).toEqual({
      exit: { type: 'exited', exitCode: null },
      starts: 1,
    });
  });
});
