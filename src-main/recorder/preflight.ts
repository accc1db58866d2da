import { open, rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assertOpenFileLimit } from '../process/open-files.js';
import { type FfmpegTask, findSuitableFfmpeg } from '../sink/suitable-ffmpeg.js';
import { makeFolders } from '../storage/make-folders.js';
import { freeBytesOf, outputError } from '../storage/take-folder.js';
import { assertFreeSpace } from '../take/disk-space-monitor.js';

/** What was found before anybody was connected to. */
export interface Preflight {
  readonly ffmpegVersion: string;
  /** Null when the file system does not say. */
  readonly freeBytes: number | null;
}

/**
 * Checks everything on this machine that a take needs, so that a room is only joined when it can be recorded.
 * Leaves no trace: folders that had to be created for the check are removed again.
 *
 * @throws PlateauError `tooManyOpenFiles`, `outputUnwritable`, `diskFull`, `ffmpegMissing`, `ffmpegUnsuitable`
 */
export async function checkBeforeConnecting(outputFolder: string, task: FfmpegTask): Promise<Preflight> {
  assertOpenFileLimit();
  const freeBytes = await checkOutputFolder(resolve(outputFolder));
  const ffmpeg = await findSuitableFfmpeg(task);
  return { ffmpegVersion: ffmpeg.version, freeBytes };
}

async function checkOutputFolder(folder: string): Promise<number | null> {
  try {
    const created = await makeFolders(folder);
    try {
      const freeBytes = await freeBytesOf(folder);
      if (freeBytes !== null) assertFreeSpace(freeBytes);
      await probeWritable(folder);
      return freeBytes;
    } finally {
      await removeEmptyFolders(created);
    }
  } catch (thrown) {
    throw outputError(thrown);
  }
}

async function probeWritable(folder: string): Promise<void> {
  const probe = join(folder, `.plateau-${crypto.randomUUID().slice(0, 8)}`);
  const file = await open(probe, 'wx');
  try {
    // A block's worth: an empty file can be made on a full disk.
    await file.writeFile(Buffer.alloc(4_096));
    await file.sync();
  } finally {
    await file.close();
    await rm(probe, { force: true });
  }
}

async function removeEmptyFolders(created: readonly string[]): Promise<void> {
  for (const folder of created) {
    try {
      await rmdir(folder);
    } catch {
      // Somebody else has put something into it meanwhile: it stays.
      return;
    }
  }
}
