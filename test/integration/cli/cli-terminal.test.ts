import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const program = createRequire(import.meta.url).resolve('#engine/cli.js');
const hasPython = spawnSync('python3', ['-c', 'import pty'], { stdio: 'ignore' }).status === 0;

/** Runs a command in a terminal of its own, which is closed when it has said something. Prints how the command ended. */
const closingTerminal = `
import os, pty, sys
said, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
seen = b''
while said.encode() not in seen:
    seen += os.read(terminal, 65536)
os.close(terminal)
status = os.waitpid(pid, 0)[1]
print(-os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
`;

let out: string;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'plateau-terminal-'));
});

afterAll(() => rm(out, { recursive: true, force: true }));

/** @returns the exit code, or the number of a signal below 0 */
async function endIn(closedTerminalAfter: string, args: readonly string[]): Promise<number> {
  const command = ['-c', closingTerminal, closedTerminalAfter, process.execPath, program, ...args];
  const environment = { LIVEKIT_URL: 'ws://127.0.0.1:9', LIVEKIT_API_KEY: 'a', LIVEKIT_API_SECRET: 'b' };
  const child = spawn('python3', command, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  await new Promise((resolve) => child.once('close', resolve));
  return Number(printed);
}

it.skipIf(!hasPython)(
  'ends with its own exit code when its terminal is closed',
  async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const args = ['record', '--room', 'studio', '--start-at', inAnHour, '--out', out];
    expect(await endIn('Recording starts at', args)).toBe(130);
  },
  30_000,
);
