import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { hasCode } from '../process/system-error.js';

/**
 * Creates a folder and what is missing above it. Not by `mkdir`'s own `recursive`: that one never returns
 * where the file system says that a new folder's parent does not exist (below /proc).
 *
 * @returns what was created, the deepest first
 * @throws the error of the system
 */
export async function makeFolders(folder: string): Promise<readonly string[]> {
  const missing: string[] = [];
  let current = resolve(folder);
  while (!(await exists(current))) {
    missing.push(current);
    current = dirname(current);
  }
  for (const path of missing.toReversed()) await makeOne(path);
  return missing;
}

/** How often a folder is made that is gone again when something is to be done in it. */
const maxTries = 5;

/**
 * Creates a folder as {@link makeFolders} does, and does something in it; again from the start when the folder is gone by
 * then: another recorder's check may remove one that it has made, as long as it is empty.
 *
 * @param use is given what was created, the deepest first
 * @throws the error of the system, and what `use` throws
 */
export async function inMadeFolder<Value>(
  folder: string,
  use: (created: readonly string[]) => Promise<Value>,
): Promise<Value> {
  for (let triesLeft = maxTries; ; triesLeft -= 1) {
    const created = await makeFolders(folder);
    try {
      return await use(created);
    } catch (thrown) {
      if (triesLeft === 1 || !hasCode(thrown, 'ENOENT')) throw thrown;
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return false;
    throw thrown;
  }
}

/** Somebody else may make the same folder at the same time. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (thrown) {
    if (!(await exists(path))) throw thrown;
  }
}
