import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isProcessAlive, ownIdentity } from '../../../src-main/process/process-identity.js';
import { DiskLane } from '../../../src-main/storage/disk-lanes.js';
import { assertNotInUse, lockState, TakeLock, takeLockName } from '../../../src-main/storage/take-lock.js';

let folder: string;
const locks: TakeLock[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-lock-'));
});

afterEach(async () => {
  vi.useRealTimers();
  for (const lock of locks.splice(0)) await lock.release();
  await rm(folder, { recursive: true, force: true });
});

async function acquire(work: 'recording' | 'recovering' = 'recording', takeMs = 0): Promise<TakeLock> {
  const lock = await TakeLock.acquire(folder, work, () => takeMs);
  locks.push(lock);
  return lock;
}

/** The lock of a process that is not this one. */
async function lockOf(changes: object, beatAgoMs = 0): Promise<void> {
  const beatAt = new Date(Date.now() - beatAgoMs);
  const content = {
    schema: 'plateau.lock/1',
    ...(await ownIdentity()),
    work: 'recording',
    beatTakeMs: 7_000,
  };
  const path = join(folder, takeLockName);
  await writeFile(path, JSON.stringify({ ...content, beatAt: beatAt.toISOString(), ...changes }));
  await utimes(path, beatAt, beatAt);
}

it('is held by this process until it is released', async () => {
  expect(await lockState(folder)).toEqual({ kind: 'free' });
  const lock = await acquire('recording', 1_234);
  expect(await lockState(folder)).toMatchObject({
    ...{ kind: 'held', isOwn: true },
    lock: { pid: process.pid, work: 'recording', beatTakeMs: 1_234 },
  });
  await expect(acquire()).rejects.toMatchObject({ code: 'takeInUse', exitCode: 14 });
  await expect(assertNotInUse(folder)).rejects.toMatchObject({ code: 'takeInUse' });
  await lock.release();
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
  await assertNotInUse(folder);
});

it('has a heartbeat', async () => {
  let takeMs = 0;
  locks.push(await TakeLock.acquire(folder, 'recording', () => takeMs));
  takeMs = 5_000;
  const beat = async (): Promise<unknown> =>
    (JSON.parse(await readFile(join(folder, takeLockName), 'utf8')) as { beatTakeMs: number }).beatTakeMs;
  await expect.poll(beat, { timeout: 10_000 }).toBe(5_000);
});

it('asks its disk for heartbeats in the lane of its take, one at a time', async () => {
  const lane = new DiskLane();
  const calls = vi.spyOn(lane, 'run');
  let answer = (): void => undefined;
  // Somebody else's call stands still: so does the heartbeat, and no other follows it.
  const held = lane.run(() => new Promise<void>((resolve) => (answer = resolve)));
  vi.useFakeTimers({ toFake: ['setInterval'] });
  let takeMs = 0;
  locks.push(await TakeLock.acquire(folder, 'recording', () => takeMs, lane));
  takeMs = 5_000;
  for (let beats = 0; beats < 5; beats += 1) vi.advanceTimersByTime(500);
  vi.useRealTimers();
  expect(calls).toHaveBeenCalledTimes(2);
  expect(await lockState(folder)).toMatchObject({ lock: { beatTakeMs: 0 } });
  answer();
  await held;
  await calls.mock.results[1]?.value;
  expect(await lockState(folder)).toMatchObject({ lock: { beatTakeMs: 5_000 } });
});

it('goes to one of those who want it at once, however they come in between one another', async () => {
  // A heartbeat has a file of its own for a moment.
  vi.useFakeTimers({ toFake: ['setInterval'] });
  for (let round = 0; round < 40; round += 1) {
    await lockOf({ started: 'long ago' });
    const tries = await Promise.allSettled(
      Array.from({ length: 2 + (round % 7) }, async (_, place) => {
        for (let turn = 0; turn < place * (round % 5); turn += 1) await stat(folder);
        return acquire('recovering');
      }),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of tries)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'takeInUse' });
    expect(await lockState(folder)).toMatchObject({ kind: 'held', isOwn: true });
    expect((await readdir(folder)).filter((name) => name !== takeLockName)).toEqual([]);
    for (const lock of locks.splice(0)) await lock.release();
  }
});

it('is not kept from anybody by one who was killed while they took it', async () => {
  await lockOf({ started: 'long ago' });
  const claim = join(folder, `${takeLockName}.claim`);
  await copyFile(join(folder, takeLockName), claim);
  await acquire('recovering');
  expect(await readdir(folder)).toEqual([takeLockName]);
});

it('is being taken while one who lives is at it', async () => {
  await lockOf({ started: 'long ago' });
  const orphan = await readFile(join(folder, takeLockName));
  await lockOf({ work: 'recovering' });
  await rename(join(folder, takeLockName), join(folder, `${takeLockName}.claim`));
  await writeFile(join(folder, takeLockName), orphan);
  await expect(acquire()).rejects.toThrow(/being recovered elsewhere/);
});

it('is an orphan’s when its process has ended, also when the pid is somebody else’s now', async () => {
  const child = spawn('sleep', ['600']);
  const living = { pid: child.pid ?? 0, started: null };
  await lockOf(living);
  expect((await lockState(folder)).kind).toBe('held');
  await lockOf({ ...living, started: 'before that' });
  expect((await lockState(folder)).kind).toBe('orphaned');
  child.kill('SIGKILL');
  await once(child, 'exit');
  await lockOf(living);
  expect(await lockState(folder)).toMatchObject({ kind: 'orphaned', lock: { beatTakeMs: 7_000 } });
  await acquire('recovering');
  expect(await lockState(folder)).toMatchObject({ kind: 'held', isOwn: true, lock: { work: 'recovering' } });
});

it('is held while the process that writes the files of a recorder that is gone ends them', async () => {
  const writer = spawn('sleep', ['600']);
  const lock = await TakeLock.acquire(folder, 'recording', () => 0, undefined, writer.pid);
  const written = JSON.parse(await readFile(join(folder, takeLockName), 'utf8')) as { writer?: object };
  expect(written.writer).toMatchObject({ pid: writer.pid });
  await lock.release();
  await lockOf({ started: 'long ago', writer: written.writer });
  expect(await lockState(folder)).toMatchObject({ kind: 'held', isOwn: false, isEnding: true });
  await expect(acquire('recovering')).rejects.toThrow(/files are being ended/);
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  expect((await lockState(folder)).kind).toBe('orphaned');
  await acquire('recovering');
});

it('names another process that writes the files once there is one', async () => {
  const writer = spawn('sleep', ['600']);
  const lock = await acquire();
  await lock.changeWriter(writer.pid ?? NaN);
  const written = JSON.parse(await readFile(join(folder, takeLockName), 'utf8')) as { writer?: object };
  expect(written.writer).toMatchObject({ pid: writer.pid });
  await lock.release();
  await lock.changeWriter(writer.pid ?? NaN);
  expect((await lockState(folder)).kind).toBe('free');
  writer.kill('SIGKILL');
  await once(writer, 'exit');
});

it('is judged by its heartbeat when its process is on another machine', async () => {
  await lockOf({ host: 'elsewhere' }, 5_000);
  expect(await lockState(folder)).toMatchObject({ kind: 'held', isOwn: false });
  await expect(acquire()).rejects.toThrow(/being recorded elsewhere \(process \d+ on elsewhere\)/);
  await lockOf({ host: 'elsewhere' }, 120_000);
  expect((await lockState(folder)).kind).toBe('orphaned');
  // A clock that is ahead.
  await lockOf({ host: 'elsewhere', beatAt: new Date(Date.now() + 3_600_000).toISOString() }, 120_000);
  expect((await lockState(folder)).kind).toBe('held');
});

it('that nobody can read is taken for somebody’s while it is fresh', async () => {
  const path = join(folder, takeLockName);
  await writeFile(path, '{"schema":');
  expect((await lockState(folder)).kind).toBe('held');
  const longAgo = new Date(Date.now() - 120_000);
  await utimes(path, longAgo, longAgo);
  expect((await lockState(folder)).kind).toBe('orphaned');
  await acquire();
});

it('knows this process from every other one', async () => {
  const own = await ownIdentity();
  expect(await isProcessAlive(own)).toBe(true);
  expect(await isProcessAlive({ ...own, started: 'another' })).toBe(false);
  expect(await isProcessAlive({ ...own, pid: 2 ** 22 + 1 })).toBe(false);
  expect(await isProcessAlive({ ...own, host: 'another' })).toBeNull();
});
