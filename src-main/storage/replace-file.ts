import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from './sync-to-disk.js';
import { outputError } from './take-folder.js';

/**
 * Writes a small file anew: beside it, fsynced, renamed over it, so that a reader sees the old one or the new one and never a
 * part. Calls for one file must not overlap; the caller's order is the order on disk.
 *
 * @param temporary name of the file beside it, which is gone when this has ended; one of this process's own when left out
 * @throws PlateauError `diskFull`, `outputUnwritable`; `tooManyOpenFiles`
 */
export async function replaceFile(
  path: string,
  text: string,
  temporary = `.${basename(path)}.${process.pid}.tmp`,
): Promise<void> {
  const folder = dirname(path);
  const beside = join(folder, temporary);
  try {
    const file = await open(beside, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    await syncFolder(folder);
  } catch (thrown) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw outputError(thrown);
  }
}
