import { statSync } from 'node:fs';

/** Who may read the files of this process, beside the user who runs it. */
export type FileAccess = 'owner' | 'group';

/** Permission bits that new files and folders are made without. */
const masks: Readonly<Record<FileAccess, number>> = { owner: 0o077, group: 0o027 };
const folderModes: Readonly<Record<FileAccess, number>> = { owner: 0o700, group: 0o750 };

let access: FileAccess = 'owner';

/**
 * Decides for the whole process, ffmpeg and every other child among it, who may read what is written from now on. Called
 * once, by whatever starts the program, before anything is written.
 */
export function setFileAccess(to: FileAccess): void {
  access = to;
  process.umask(masks[to]);
}

/**
 * For what is written beside an earlier take: as open as the take's folder is, whoever made it.
 *
 * @param folder what is no folder, or cannot be seen, changes nothing
 */
export function setFileAccessLike(folder: string): void {
  try {
    const found = statSync(folder);
    if (found.isDirectory()) process.umask(~found.mode & 0o077);
  } catch {
    // Told by whoever reads it.
  }
}

/** The mode of a take's folder: it keeps others out even where a program that embeds the engine has set no umask. */
export function takeFolderMode(): number {
  return folderModes[access];
}
