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
async function runScript(
  script: string,
  more: Partial<Parameters<typeof runToExit>[0]> = {},
): Promise<{ exit: ProgramExit; starts: number }> {
  const log = join(folder, 'starts');
  const exit = await runToExit({
    program: 'sh',
    silenceLimitMs: 60_000,
    arguments: ['-c', `echo start >> "$0"; starts=$(wc -l < "$0"); ${script}`, log],
    ...more,
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
    expect(await runScript('kill -INT $$')).toEqual({
      exit: { type: 'exited', exitCode: null, signal: 'SIGINT' },
      starts: 5,
    });
  });

  it('does not run a second time what had begun its work', async () => {
    expect(await runScript('echo working >&2; kill -INT $$')).toEqual({
      exit: { type: 'exited', exitCode: null, signal: 'SIGINT' },
      starts: 1,
    });
  });

  it('leaves alone what another signal ended', async () => {
    expect(await runScript('kill -KILL $$')).toEqual({
      exit: { type: 'exited', exitCode: null, signal: 'SIGKILL' },
      starts: 1,
    });
  });

  it('ends what prints nothing for too long, also when it is deaf, and says so', async () => {
    const { exit } = await runScript('trap "" TERM; echo up; while :; do sleep 1; done', {
      silenceLimitMs: 200,
    });
    expect(exit).toEqual({ type: 'silent' });
  });

  it('lets run what prints again and again', async () => {
    const script = 'for turn in 1 2 3 4 5 6; do echo $turn; sleep 0.2; done; exit 3';
    const { exit } = await runScript(script, { silenceLimitMs: 900 });
    expect(exit).toEqual({ type: 'exited', exitCode: 3 });
  });

  it('does not wait for who has inherited the pipes of a program that has ended', async () => {
    const { exit } = await runScript('sleep 600 & exit 3', { silenceLimitMs: 200 });
    expect(exit).toEqual({ type: 'silent' });
  });

  it('hands over its input', async () => {
    const lines: string[] = [];
    const { exit } = await runScript('cat', {
      input: Buffer.from('a\nb\n'),
      onStdoutLine: (line) => lines.push(line),
    });
    expect(exit).toEqual({ type: 'exited', exitCode: 0 });
    expect(lines).toEqual(['a', 'b']);
  });
});
