import { randomBytes } from 'node:crypto';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import { formatFileStamp } from '../format/time.js';
import { takeFolderMode } from '../process/file-access.js';
import { isOpenFileLimit, tooManyOpenFiles } from '../process/open-files.js';
import { hasCode } from '../process/system-error.js';
import { inMadeFolder } from './make-folders.js';

export interface TakeFolder {
  /** Absolute or relative as the output folder was given. */
  readonly path: string;
  /** The last part of the path, `<room>-<YYYYMMDD-HHMMSS>`. */
  readonly name: string;
}

/** Windows refuses these as a name, also with an extension. */
const reservedNames = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;
/** Room for a suffix and an extension below the 255 bytes of most file systems, and for long parent paths on Windows. */
const maxNameBytes = 80;
/** So many takes of one name nobody makes: something else is wrong, and each try is a call of the disk. */
const maxCollisions = 1_000;

/**
 * A name that is one harmless path component on Linux, macOS and Windows: no separators, no `..`, no
 * control characters, no leading or trailing dots or spaces, not reserved. Letters of any script stay.
 */
export function safeFileName(name: string, fallback: string): string {
  const replaced = name
    .normalize('NFC')
    // Controls, format characters (they reverse or hide text) and lone surrogates.
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .replace(/(?:[<>:"/\\|?*]|\.{2,})+/g, '_')
    .replace(/\s+/gu, ' ');
  const trimmed = cutToBytes(replaced.replace(/^[. -]+/, ''), maxNameBytes).replace(/[. ]+$/, '');
  if (/^_*$/.test(trimmed)) return fallback;
  return reservedNames.test(trimmed) ? `_${trimmed}` : trimmed;
}

/** What the second and later segments of a file are called between its stem and its extension. */
export function segmentSuffix(number: number): string {
  return `.part${number}`;
}

/** Reserved for {@link segmentSuffix}: a stem that ends like this would be the name of another file's segment. */
const endsAsSegment = /\.(part\d+)$/i;

/**
 * A file name without extension for an identity, unique within the take; it is added to `taken`. Names
 * that differ only in case count as equal, as they do on Windows and macOS. No stem is what a segment of another
 * file is called, whoever comes first and whatever their identities are.
 *
 * @param suffix stands behind the identity, however long that is
 */
export function fileStemFor(identity: string, taken: Set<string>, suffix = ''): string {
  const stem = `${safeFileName(identity, 'participant')}${suffix}`.replace(endsAsSegment, '_$1');
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? stem : `${stem}-${number}`;
    // Upper case has ß as SS: so does the case folding of file systems.
    const key = candidate.normalize('NFD').toUpperCase().toLowerCase();
    if (!taken.has(key)) {
      taken.add(key);
      return candidate;
    }
  }
}

/** `<room>-<YYYYMMDD-HHMMSS>` in local time, as the person's clock shows it. */
export function takeNameFor(room: string, startedAt: Date): string {
  return `${safeFileName(room, 'room')}-${formatFileStamp(startedAt)}`;
}

/**
 * Creates a take's folder, and the output folder when it is missing; `-2`, `-3`... when the name is taken.
 * A file is written and removed again, so that a folder that cannot be written fails here and not at the
 * first frame.
 *
 * @throws PlateauError `outputUnwritable`, `diskFull`
 */
export async function createTakeFolder(
  outputFolder: string,
  room: string,
  startedAt: Date,
): Promise<TakeFolder> {
  const name = takeNameFor(room, startedAt);
  try {
    for (let number = 1; number <= maxCollisions; number += 1) {
      const candidate = number === 1 ? name : `${name}-${number}`;
      const path = join(outputFolder, candidate);
      if (await inMadeFolder(outputFolder, () => createNew(path))) {
        await probeWritable(path);
        return { path, name: candidate };
      }
    }
  } catch (thrown) {
    throw outputError(thrown, outputFolder);
  }
  throw new PlateauError(
    'outputUnwritable',
    `The output folder ${outputFolder} already holds ${maxCollisions} takes named ${name}.`,
    'Choose another output folder.',
  );
}

/**
 * What it means that a file of a take could not be made; a PlateauError is passed through.
 *
 * @param name the file's, inside its folder
 */
export function newFileError(name: string, thrown: unknown): PlateauError {
  if (!hasCode(thrown, 'EEXIST')) return outputError(thrown);
  return new PlateauError(
    'outputUnwritable',
    `${name} is in the take folder already, and is not the recorder’s.`,
    'Leave the folder of a take alone while it is recorded.',
    { cause: thrown },
  );
}

/** Whether a file could not be made because there is one of that name. */
export function isNameTaken(error: unknown): boolean {
  return error instanceof PlateauError && hasCode(error.cause, 'EEXIST');
}

/** Whether a file cannot grow although its disk has space: 4 GiB are the end on FAT32, and `ulimit -f` sets one. */
export function isFileTooLarge(error: unknown): boolean {
  return error instanceof PlateauError && hasCode(error.cause, 'EFBIG');
}

/**
 * Whether a new file can be written into a take's folder at this moment.
 *
 * @returns null when it can; a PlateauError `outputUnwritable` or `diskFull` when it cannot. That this process has no
 *   file descriptor left is no fault of the folder.
 */
export async function takeFolderFailure(path: string): Promise<PlateauError | null> {
  try {
    await probeWritable(path);
    return null;
  } catch (thrown) {
    return hasCode(thrown, 'EMFILE', 'ENFILE') ? null : outputError(thrown);
  }
}

/** Bytes that any user can still write where `path` is; null when the file system does not say. */
export async function freeBytesOf(path: string): Promise<number | null> {
  try {
    return freeIn(await statfs(path), false);
  } catch {
    return null;
  }
}

/**
 * Bytes with which files can be finished where `path` is: ext4 keeps a share that root alone can write, which is all there is left
 * on a disk that root has filled. Null when the file system does not say.
 */
export async function roomToFinishIn(path: string): Promise<number | null> {
  try {
    return freeIn(await statfs(path), process.getuid?.() === 0);
  } catch {
    return null;
  }
}

/** Free space in bytes. @param isRoot with the share that a file system keeps for root */
export function freeIn(
  { bavail, bfree, bsize }: Record<'bavail' | 'bfree' | 'bsize', number>,
  isRoot: boolean,
): number {
  return (isRoot ? bfree : bavail) * bsize;
}

/** A disk that takes longer for one call is gone (a network that is lost, a USB stick that was pulled): milliseconds. */
export const diskPatienceMs = 60_000;

/** The error for a disk that takes calls and does not return from them. */
export function diskNotAnswering(): PlateauError {
  return new PlateauError(
    'outputUnwritable',
    'The disk of the output folder does not answer.',
    'Check the disk, or the connection to it. What was written before is kept.',
  );
}

/** The error for a disk without space. @param cause what the system said, where it was asked */
export function diskFull(cause?: unknown): PlateauError {
  return new PlateauError(
    'diskFull',
    'The disk of the output folder is full.',
    'Free some space or choose another output folder.',
    { cause },
  );
}

/** The error for a file that was deleted or moved while it was recorded, and could not be written again. */
export function fileGone(name: string): PlateauError {
  return new PlateauError(
    'outputUnwritable',
    `${name} was deleted or moved while it was recorded, and could not be written again.`,
    'What was recorded into it is lost if it was deleted. Leave the folder of a take alone while it is recorded.',
  );
}

/**
 * What a failed file operation in the output folder means to a person; a PlateauError is passed through.
 *
 * @param folder is named, where a person has just chosen it; what is kept in a manifest names none
 */
export function outputError(thrown: unknown, folder?: string): PlateauError {
  if (thrown instanceof PlateauError) return thrown;
  const subject = folder === undefined ? 'The output folder' : `The output folder ${folder}`;
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  const options = { cause: thrown };
  if (isOpenFileLimit(thrown)) return tooManyOpenFiles(thrown);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(thrown);
    case 'EACCES':
    case 'EPERM':
      return new PlateauError(
        'outputUnwritable',
        `${subject} may not be written by this user.`,
        'Choose another output folder or change its permissions.',
        options,
      );
    case 'EROFS':
      return new PlateauError(
        'outputUnwritable',
        `${subject} is on a read-only disk.`,
        'Choose another output folder.',
        options,
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new PlateauError(
        'outputUnwritable',
        `${subject} is a file, or lies below one.`,
        'Choose another output folder.',
        options,
      );
    case 'EFBIG':
      return new PlateauError(
        'outputUnwritable',
        'The file has reached the largest size that its disk, or a limit of this user, allows.',
        'Choose an output folder on a disk without such a limit (FAT32 ends at 4 GiB), or raise it (ulimit -f).',
        options,
      );
    case 'ENAMETOOLONG':
      return new PlateauError(
        'outputUnwritable',
        'The path of the output folder is too long.',
        'Choose an output folder with a shorter path.',
        options,
      );
    default:
      return new PlateauError(
        'outputUnwritable',
        `${subject} cannot be written (${typeof code === 'string' ? code : 'unknown reason'}).`,
        'Choose another output folder.',
        options,
      );
  }
}

async function createNew(path: string): Promise<boolean> {
  try {
    await mkdir(path, takeFolderMode());
    return true;
  } catch (thrown) {
    if (hasCode(thrown, 'EEXIST')) return false;
    throw thrown;
  }
}

async function probeWritable(folder: string): Promise<void> {
  const probe = join(folder, `.plateau-${randomBytes(4).toString('hex')}`);
  // A block's worth: an empty file can be made on a full disk.
  await writeFile(probe, Buffer.alloc(4_096), { flag: 'wx', flush: true });
  await rm(probe);
}

function cutToBytes(text: string, maxBytes: number): string {
  let bytes = 0;
  let cut = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    cut += character;
  }
  return cut;
}
