import { spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { oneAtATime } from '../../../scripts/setup/one-at-a-time.mjs';
import { temporaryFolder } from './fake-programs.js';

test('the second waits until the first has ended, and says for whom', async () => {
  const lock = path.join(temporaryFolder(), 'lock');
  const events: string[] = [];
  const firstMayEnd = new EventEmitter();
  const first = oneAtATime(
    lock,
    async () => {
      await once(firstMayEnd, 'now');
      events.push('first ended');
    },
    () => events.push('first waited'),
  );
  const second = oneAtATime(
    lock,
    () => Promise.resolve(events.push('second ran')),
    (pid) => {
      events.push(`second waits for ${pid === process.pid ? 'first' : String(pid)}`);
      firstMayEnd.emit('now');
    },
  );
  await Promise.all([first, second]);
  expect(events).toEqual(['second waits for first', 'first ended', 'second ran']);
  expect(existsSync(lock)).toBe(false);
});

test('a lock whose process is gone is taken over', async () => {
  const lock = path.join(temporaryFolder(), 'lock');
  writeFileSync(lock, String(spawnSync(process.execPath, ['-e', '']).pid));
  expect(await oneAtATime(lock, () => Promise.resolve('ran'), failIfAsked)).toBe('ran');
});

test.skipIf(process.platform !== 'linux')('where nothing may be written it runs without a lock', async () => {
  // Nobody may make a folder there, root neither.
  expect(await oneAtATime('/sys/plateau/lock', () => Promise.resolve('ran'), failIfAsked)).toBe('ran');
});

test('a failing action gives the lock back', async () => {
  const lock = path.join(temporaryFolder(), 'lock');
  const failure = oneAtATime(lock, () => Promise.reject(new Error('disk full')), failIfAsked);
  await expect(failure).rejects.toThrow('disk full');
  expect(existsSync(lock)).toBe(false);
});

function failIfAsked(): never {
  throw new Error('nobody holds the lock');
}
