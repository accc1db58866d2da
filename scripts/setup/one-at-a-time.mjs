import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 250;

/**
 * Runs an action while no other process runs one under the same lock file, so that two commands started on
 * one fresh clone neither install nor build over each other. A lock whose process is gone is taken over.
 * @template T
 * @param {string} lockFile
 * @param {() => Promise<T>} action
 * @param {(holderPid: number) => void} onWait called once when another process holds the lock
 * @returns {Promise<T>}
 */
export async function oneAtATime(lockFile, action, onWait) {
  mkdirSync(path.dirname(lockFile), { recursive: true });
  let waited = false;
  while (!tryTake(lockFile)) {
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

/** @param {string} lockFile */
function tryTake(lockFile) {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
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
