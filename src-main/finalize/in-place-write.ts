import type { FileHandle } from 'node:fs/promises';
import { bytesOf } from '../mp4/boxes.js';
import { restoreHead, switchHead, writeUnusedHead } from '../mp4/head-switch.js';
import { writeAt } from '../storage/file-handle.js';
import type { AppendedPart, InPlacePlan } from './in-place-plan.js';
import type { InPlaceSegment } from './in-place-segments.js';

/** Bytes of another segment that are in memory at once. */
const copyBytes = 1024 * 1024;

/**
 * Makes the finished file of the base: a packet of silence in its old header, what goes behind its fragments, then the header, then
 * the 16 bytes that make an ordinary movie of it, each on the disk before the next. Whenever this is interrupted the file plays: as it grew, or
 * finished. One that is finished already is left as it is.
 *
 * @throws the error of the system; the reason of `signal`. The file is as it was then.
 */
export async function writeInPlace(plan: InPlacePlan, signal: AbortSignal | undefined): Promise<void> {
  const { appended, base, headSilence, movie, movieAtBytes } = plan;
  const { handle } = base;
  if (await isWritten(plan)) return;
  await undoInPlace(base);
  try {
    await writeUnusedHead(handle, base.movie, headSilence);
    let atBytes = base.movie.endBytes;
    for (const part of appended) atBytes = await append(handle, part, atBytes, signal);
    for (const part of movie) atBytes = await writeAt(handle, part, atBytes);
    signal?.throwIfAborted();
    await switchHead(handle, base.movie, movieAtBytes);
  } catch (thrown) {
    await undoInPlace(base);
    throw thrown;
  }
}

/** Makes a segment what it was before it was finished: its fragments, and nothing behind them. */
export async function undoInPlace({
  handle,
  movie,
}: Pick<InPlaceSegment, 'handle' | 'movie'>): Promise<void> {
  // A fragment whose end was never written is left as it is.
  if (movie.isCut) return;
  await restoreHead(handle, movie);
  await writeUnusedHead(handle, movie, Buffer.alloc(0));
  if ((await handle.stat()).size > movie.endBytes) await handle.truncate(movie.endBytes);
}

/** Whether an earlier attempt wrote the very same and was interrupted afterwards. */
async function isWritten({ base, movie, movieAtBytes }: InPlacePlan): Promise<boolean> {
  if (!base.movie.isSwitched || base.movie.fileBytes !== movieAtBytes + bytesOf(movie)) return false;
  let atBytes = movieAtBytes;
  for (const part of movie) {
    const found = Buffer.alloc(part.length);
    await base.handle.read(found, 0, found.length, atBytes);
    if (!found.equals(part)) return false;
    atBytes += part.length;
  }
  return true;
}

async function append(
  handle: FileHandle,
  part: AppendedPart,
  atBytes: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  if ('bytes' in part) return writeAt(handle, part.bytes, atBytes);
  const chunk = Buffer.alloc(Math.min(copyBytes, part.toBytes - part.fromBytes));
  let toBytes = atBytes;
  for (let fromBytes = part.fromBytes; fromBytes < part.toBytes;) {
    signal?.throwIfAborted();
    const wanted = Math.min(chunk.length, part.toBytes - fromBytes);
    const { bytesRead } = await part.segment.handle.read(chunk, 0, wanted, fromBytes);
    if (bytesRead === 0) throw new Error('The segment is shorter than it was.');
    toBytes = await writeAt(handle, chunk.subarray(0, bytesRead), toBytes);
    fromBytes += bytesRead;
  }
  return toBytes;
}
