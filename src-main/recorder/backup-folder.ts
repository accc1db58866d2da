import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import { diskLimits } from '../contract/limits.js';
import type { TakeRequest } from '../contract/recording.js';
import { formatBytes } from '../format/bytes.js';
import type { BackupPlace } from '../take/take-options.js';
import { onOneDisk, otherFolder } from './other-folder.js';

/** Folders that a take may be written to. */
export interface TakeFolders {
  readonly outputFolder: string;
  readonly fallbackFolder?: string | undefined;
  readonly backupFolder: string;
}

/**
 * Refuses a backup that is no second place: the folder of the take, or one inside the other, however they are written.
 *
 * @returns whether it is on the disk of the output folder, and a warning when it is on one with either of the others
 * @throws PlateauError `usage`
 */
export async function compareBackup({
  backupFolder,
  fallbackFolder,
  outputFolder,
}: TakeFolders): Promise<{ readonly isOnDiskOfTake: boolean; readonly warnings: readonly string[] }> {
  const others = [
    { folder: outputFolder, name: 'output folder' },
    ...(fallbackFolder === undefined ? [] : [{ folder: fallbackFolder, name: 'fallback folder' }]),
  ];
  const backup = await realPathOf(backupFolder);
  const warnings: string[] = [];
  let isOnDiskOfTake = false;
  for (const { folder, name } of others) {
    assertApart(backup, await realPathOf(folder), name);
    if (!(await onOneDisk(folder, backupFolder))) continue;
    isOnDiskOfTake ||= folder === outputFolder;
    warnings.push(
      `The backup folder is on the disk of the ${name}: when that is full or gone, so is the backup.`,
    );
  }
  return { isOnDiskOfTake, warnings };
}

/**
 * Makes the folder of a second copy, which is called as the take's own.
 *
 * @returns nothing when none was asked for
 * @throws PlateauError `outputUnwritable`, also of a disk that does not answer; `diskFull`
 */
export async function openBackup(
  { backupFolder, outputFolder }: Pick<TakeRequest, 'backupFolder' | 'outputFolder'>,
  room: string,
  startedAt: Date,
): Promise<BackupPlace | undefined> {
  if (backupFolder === undefined) return undefined;
  const opened = await otherFolder(backupFolder, room, startedAt)();
  return { ...opened, sharesDisk: await onOneDisk(outputFolder, backupFolder) };
}

/**
 * Refuses a disk that a backup would leave alone from the beginning.
 *
 * @throws PlateauError `diskFull`
 */
export function assertSpaceForBackup(freeBytes: number | null): void {
  if (freeBytes === null || freeBytes >= diskLimits.leftByBackupBytes) return;
  throw new PlateauError(
    'diskFull',
    `The backup folder cannot be used: only ${formatBytes(freeBytes)} are free in it.`,
    `A backup leaves ${formatBytes(diskLimits.leftByBackupBytes)} of its disk alone. Free some space, or choose another folder.`,
  );
}

function assertApart(backup: string, other: string, name: string): void {
  const hint = 'Name a folder on another disk, or leave it out.';
  if (backup === other) throw new PlateauError('usage', `The backup folder is the ${name}.`, hint);
  if (isInside(backup, other))
    throw new PlateauError('usage', `The backup folder is inside the ${name}.`, hint);
  if (isInside(other, backup))
    throw new PlateauError('usage', `The ${name} is inside the backup folder.`, hint);
}

function isInside(folder: string, outer: string): boolean {
  const way = relative(outer, folder);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(outer, way) === folder;
}

/** Of a folder that is not there yet: where it would be. */
async function realPathOf(folder: string): Promise<string> {
  const path = resolve(folder);
  const above = dirname(path);
  return realpath(path).catch(async () =>
    above === path ? path : join(await realPathOf(above), basename(path)),
  );
}
