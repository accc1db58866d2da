import type { FileHandle } from 'node:fs/promises';
import { largeBoxHeader, largeBoxHeaderBytes } from './boxes.js';
import { type FragmentedMovie, originalHead } from './fragmented-movie.js';
import { Mp4Error } from './mp4-error.js';

type Head = Pick<FragmentedMovie, 'headAtBytes' | 'headBytes'>;

/**
 * Bytes of `mvhd` that say nothing, and are 0 (`pre_defined`, ISO/IEC 14496-12, section 8.2.2). Of a head that was switched they are
 * content of the `mdat`, and the only place before all fragments where a packet can stand.
 */
export const unusedHeadBytes = 24;
/** From the `moov` on: its header, that of `mvhd`, and what stands in that before them. */
const unusedAtBytes = 8 + 8 + 72;

/** Where the bytes are that a head has to spare. @param head of a file of ffmpeg's */
export function unusedHeadAt({ headAtBytes }: Head): number {
  return headAtBytes + unusedAtBytes;
}

/**
 * Puts something where a head has bytes to spare, and zeros behind it. A fragmented movie plays as before.
 *
 * @param bytes not more than {@link unusedHeadBytes}; none takes away what was put there
 * @throws Mp4Error when they are too many; the error of the system
 */
export async function writeUnusedHead(file: FileHandle, head: Head, bytes: Buffer): Promise<void> {
  if (bytes.length > unusedHeadBytes) throw new Mp4Error('The header has no room for a packet.');
  const found = Buffer.alloc(unusedHeadBytes);
  await file.read(found, 0, found.length, unusedHeadAt(head));
  const wanted = Buffer.concat([bytes, Buffer.alloc(unusedHeadBytes - bytes.length)]);
  if (!found.equals(wanted)) await file.write(wanted, 0, wanted.length, unusedHeadAt(head));
}

/**
 * Makes an ordinary movie of a fragmented one: its header and all fragments become the content of one `mdat`, which ends
 * where the finished header begins. One write of 16 bytes. Before and after it stand everything else on the disk: a crash
 * leaves the one or the other.
 *
 * @param movieAtBytes where the finished `moov` stands
 * @throws Mp4Error when the header could not be restored from what is left of it; the error of the system
 */
export async function switchHead(file: FileHandle, head: Head, movieAtBytes: number): Promise<void> {
  if (!(await isOriginal(file, head))) throw new Mp4Error('The header does not begin as usual.');
  await writeHead(file, head, largeBoxHeader('mdat', movieAtBytes - head.headAtBytes));
}

/** Makes it a fragmented movie again, if it is none. @throws the error of the system */
export async function restoreHead(file: FileHandle, head: Head): Promise<void> {
  if (await isOriginal(file, head)) return;
  await writeHead(file, head, originalHead(head.headBytes));
}

async function isOriginal(file: FileHandle, { headAtBytes, headBytes }: Head): Promise<boolean> {
  const found = Buffer.alloc(largeBoxHeaderBytes);
  await file.read(found, 0, found.length, headAtBytes);
  return found.equals(originalHead(headBytes));
}

async function writeHead(file: FileHandle, { headAtBytes }: Head, bytes: Buffer): Promise<void> {
  await file.datasync();
  await file.write(bytes, 0, bytes.length, headAtBytes);
  await file.datasync();
}
