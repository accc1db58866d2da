import { mkdir, open, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { assertRoomOnDisk } from './disk-guard.js';
import { findFfmpeg } from './sink/ffmpeg-binary.js';
import { freeBytesOf, outputError } from './sink/take-folder.js';

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
 * @throws PlateauError `outputUnwritable`, `diskFull`, `ffmpegMissing`
 */
export async function checkBeforeConnecting(outputFolder: string): Promise<Preflight> {
  const freeBytes = await checkOutputFolder(resolve(outputFolder));
  const ffmpeg = await findFfmpeg();
  return { ffmpegVersion: ffmpeg.version, freeBytes };
}

async function checkOutputFolder(folder: string): Promise<number | null> {
  try {
    const firstCreated = await mkdir(folder, { recursive: true });
    try {
      const freeBytes = await freeBytesOf(folder);
      if (freeBytes !== null) assertRoomOnDisk(freeBytes);
      await proveWritable(folder);
      return freeBytes;
    } finally {
      if (firstCreated !== undefined) await removeEmptyFolders(folder, firstCreated);
    }
  } catch (thrown) {
    throw outputError(thrown);
  }
}

async function proveWritable(folder: string): Promise<void> {
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

async function removeEmptyFolders(folder: string, firstCreated: string): Promise<void> {
  for (let current = folder; current.length >= firstCreated.length; current = dirname(current)) {
    try {
      await rmdir(current);
    } catch {
      // Somebody else has put something into it meanwhile: it stays.
      return;
    }
  }
}
