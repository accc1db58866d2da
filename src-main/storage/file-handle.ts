import type { FileHandle } from 'node:fs/promises';
import { hasCode } from '../process/system-error.js';

/** Writes all of it at a place of the file; one call may write less. @returns where it ends @throws the error of the system */
export async function writeAt(handle: FileHandle, bytes: Buffer, atBytes: number): Promise<number> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, atBytes + done);
    done += bytesWritten;
  }
  return atBytes + bytes.length;
}

/**
 * Resolves once the disk has what was written, without the times of the file. A file system that knows no such thing has
 * nothing to say.
 *
 * @throws the error of the system
 */
export async function syncData(handle: FileHandle): Promise<void> {
  try {
    await handle.datasync();
  } catch (thrown) {
    if (!hasCode(thrown, 'EINVAL', 'ENOSYS', 'ENOTSUP')) throw thrown;
  }
}
