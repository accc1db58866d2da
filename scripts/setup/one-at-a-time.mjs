import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 250;

/**
 * Runs an action while no other process runs one under the same lock file, so that two commands started on
 * one fresh clone neither install nor build over each other. A lock whose process is gone is taken over. Where this user
 * may write nothing, as in a clone of somebody else, nothing can be built over either: the action runs without a lock.
 * @template T
 * @param {string} lockFile
 * @param {() => Promise<T>} action
 * @param {(holderPid: number) => void} onWait called once when another process holds the lock
 * @returns {Promise<T>}
 */
export async function oneAtATime(lockFile, action, onWait) {
  let waited = false;
  for (;;) {
    const attempt = tryTake(lockFile);
    if (attempt === 'unwritable') return action();
    if (attempt === 'taken') break;
    const holderPid = readHolder(lockFile);
    if (holderPid !== undefined && !isAlive(holderPid)) {
      rmSync(lockFile, { force: true });
      continue;
    }
    if (!waited && holderPid !== undefined) {
      waited = true;
      onWait(holderPid);
    }
    await delay(pollMs);
  }
  const release = () => {
    rmSync(lockFile, { force: true });
  };
  process.once('exit', release);
  try {
    return await action();
  } finally {
    process.off('exit', release);
    release();
  }
}

const notWritableCodes = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * @param {string} lockFile
 * @returns {'taken' | 'held' | 'unwritable'}
 */
function tryTake(lockFile) {
  try {
    mkdirSync(path.dirname(lockFile), { recursive: true });
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return 'taken';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST') return 'held';
    if (notWritableCodes.has(code)) return 'unwritable';
    throw error;
  }
}

/**
 * @param {string} lockFile
 * @returns {number | undefined} undefined between the creation of the file and its first byte, or after its removal
 */
function readHolder(lockFile) {
  try {
    const pid = Number.parseInt(readFileSync(lockFile, 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
