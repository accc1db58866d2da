import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { childEnd, endInStages, endsWithin } from '../../../src-main/process/child-lifetime.js';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A Node process that says when it is up. */
async function running(
  script: string,
): Promise<ChildProcess & { stdin: NonNullable<ChildProcess['stdin']> }> {
  const child = spawn(process.execPath, ['-e', `${script}; console.log('up')`]);
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

const deaf = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)';
const longMs = 15_000;

it('goes no further than the first stage that works', async () => {
  const child = await running('process.stdin.resume()');
  await endInStages(child, [
    { ask: () => child.stdin.end(), patienceMs: longMs },
    { ask: 'SIGTERM', patienceMs: longMs },
  ]);
  expect([child.exitCode, child.signalCode]).toEqual([0, null]);
});

it('asks again when the first stage is not heard', async () => {
  const child = await running('setInterval(() => {}, 1000)');
  await endInStages(child, [
    { ask: () => child.stdin.end(), patienceMs: 50 },
    { ask: 'SIGTERM', patienceMs: longMs },
  ]);
  expect(child.signalCode).toBe('SIGTERM');
});

it('insists with SIGKILL', async () => {
  const child = await running(deaf);
  await endInStages(child, [{ ask: 'SIGTERM', patienceMs: 50 }]);
  expect(child.signalCode).toBe('SIGKILL');
});

it('asks nothing of a child that is gone, or never was', async () => {
  const gone = await running('');
  await childEnd(gone);
  const missing = spawn(join(tmpdir(), 'plateau-no-such-program'));
  missing.on('error', () => undefined);
  for (const child of [gone, missing]) {
    let asked = 0;
    const ask = (): void => {
      asked += 1;
    };
    await endInStages(child, [{ ask, patienceMs: longMs }]);
    expect(asked).toBe(0);
    expect(await endsWithin(child, longMs)).toBe(true);
  }
});

it('says whether a child ended within a time', async () => {
  const child = await running(deaf);
  expect(await endsWithin(child, 20)).toBe(false);
  child.kill('SIGKILL');
  expect(await endsWithin(child, longMs)).toBe(true);
});
