import { PlateauError } from '../contract/errors.js';
import { caps } from '../contract/limits.js';
import { isOpenFileLimit, tooManyOpenFiles } from '../process/open-files.js';
import { hasCode } from '../process/system-error.js';
import type { DiskLane } from '../storage/disk-lanes.js';

/** What is read at once; a proof holds as much of the original and of the copy. */
export const copyChunkBytes = caps.backupBytes / 2;

/** Whoever copies: where the calls of both disks stand in line, and the memory for what passes. */
export interface CopyTools {
  /** Those of the original's disk. Rejects with {@link OriginalUnreadable}. */
  readonly original: <Value>(lane: DiskLane, call: () => Promise<Value>) => Promise<Value>;
  /** Those of the backup's disk. */
  readonly copy: <Value>(call: () => Promise<Value>) => Promise<Value>;
  /** Of twice {@link copyChunkBytes}, for one file at a time. */
  readonly buffer: Buffer;
}

/** What is to be copied cannot be read: no fault of the backup. */
export class OriginalUnreadable extends Error {
  override readonly name = 'OriginalUnreadable';

  constructor(cause: unknown) {
    super('The original cannot be read.', { cause });
  }
}

/** The error of a backup whose disk takes calls and does not return from them. */
export function backupNotAnswering(): PlateauError {
  return new PlateauError(
    'outputUnwritable',
    'The disk of the backup folder does not answer.',
    'Check that disk, or the connection to it.',
  );
}

/** The error of a backup that leaves the last space of its disk alone. */
export function backupDiskFull(cause?: unknown): PlateauError {
  return new PlateauError(
    'diskFull',
    'The disk of the backup folder is full.',
    'Free some space on it: then the backup goes on, and catches up.',
    { cause },
  );
}

/** The error of a backup that gets nothing, because the take's own folder gives nothing. */
export function originalUnreadable(cause?: unknown): PlateauError {
  return new PlateauError(
    'outputUnwritable',
    'What is in the take’s own folder cannot be read.',
    'The backup has what was there before. Check the disk of the output folder.',
    { cause },
  );
}

/** The error of a backup that somebody had no time to hold against its take. */
export function notProvenInTime(): PlateauError {
  return new PlateauError(
    'takeNotChecked',
    'The program ended before the backup was held against the take.',
    'It has what was copied by then.',
  );
}

/** What a failed call means to a person; a PlateauError is passed through. */
export function backupError(thrown: unknown): PlateauError {
  if (thrown instanceof PlateauError) return thrown;
  if (thrown instanceof OriginalUnreadable) return originalUnreadable(thrown.cause);
  if (isOpenFileLimit(thrown)) return tooManyOpenFiles(thrown);
  if (hasCode(thrown, 'ENOSPC', 'EDQUOT')) return backupDiskFull(thrown);
  const [what, hint] = sentencesOf(thrown);
  return new PlateauError('outputUnwritable', what, hint, { cause: thrown });
}

function sentencesOf(thrown: unknown): readonly [string, string] {
  const again = 'The backup catches up when the folder can be written again.';
  if (hasCode(thrown, 'ENOENT', 'ENOTDIR', 'ENODEV', 'ENXIO'))
    return ['The backup folder is gone.', `Connect its disk. ${again}`];
  if (hasCode(thrown, 'EROFS')) return ['The backup folder is on a read-only disk.', again];
  if (hasCode(thrown, 'EACCES', 'EPERM'))
    return ['The backup folder may not be written by this user.', `Change its permissions. ${again}`];
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  const reason = typeof code === 'string' ? code : 'unknown reason';
  return [`The backup folder cannot be written (${reason}).`, `Check its disk. ${again}`];
}
