import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from './sync-to-disk.js';

/**
 * Writes a small file anew: beside it, fsynced, renamed over it, so that a reader sees the old one or the new one and never a
 * part. Calls for one file must not overlap; the caller's order is the order on disk.
 *
 * @param temporary name of the file beside it; it is gone when this has ended
 * @throws the error of the system
 */
export async function replaceFile(
  folder: string,
  name: string,
  text: string,
  temporary: string,
): Promise<void> {
  const beside = join(folder, temporary);
  try {
    const file = await open(beside, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, join(folder, name));
    await syncFolder(folder);
  } catch (thrown) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw thrown;
  }
}
