import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';

/** A process that starts three children, guards them, ends the second, and prints the pids of the others. */
const parentScript = `
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { endWithThisProcess } from './orphan-guard.mjs';
// None hears of the end of its input, as an ffmpeg that stands still does not.
const start = (detached, graceSeconds) => {
  const child = spawn('sleep', ['600'], { stdio: 'ignore', detached });
  endWithThisProcess(child, graceSeconds);
  return child;
};
const [stopped, gone, free, later] = [start(true), start(true), start(false), start(true, 2)];
process.kill(stopped.pid, 'SIGSTOP');
gone.kill('SIGKILL');
await once(gone, 'exit');
console.log(JSON.stringify([stopped.pid, free.pid, later.pid]));
setInterval(() => {}, 1000);
`;

let folder: string;
const started: ChildProcess[] = [];
const pids: number[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-guard-'));
  const source = new URL('../../../src-main/process/orphan-guard.ts', import.meta.url);
  const { outputText } = ts.transpileModule(await readFile(source, 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
  });
  await writeFile(join(folder, 'orphan-guard.mjs'), outputText);
  await writeFile(join(folder, 'parent.mjs'), parentScript);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const pid of pids.splice(0)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

/** One that has ended stays in the list of processes until somebody takes note of it. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)]);
  const state = stdout.toString().trim();
  return state !== '' && !state.startsWith('Z');
}

it.skipIf(process.platform === 'win32').each(['SIGKILL', 'SIGTERM'] as const)(
  'lets no child outlive a process that is ended by %s, not even one that stands still',
  async (signal) => {
    const parent = spawn(process.execPath, [join(folder, 'parent.mjs')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.push(parent);
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    pids.push(...(JSON.parse(line.toString()) as number[]));
    expect(pids.map(isAlive)).toEqual([true, true, true]);
    parent.kill(signal);
    // One that has something to end is given the time for it, and no more.
    await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false, true]), {
      timeout: 10_000,
      interval: 10,
    });
    await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false, false]), { timeout: 10_000 });
  },
);
