import { readFileSync } from 'node:fs';
import { type FileHandle, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { freeBytesOf } from '../storage/take-folder.js';
import { type DiskOffer, fatFileBytes } from './space-plan.js';

/** `MSDOS_SUPER_MAGIC` of statfs(2): FAT12 to FAT32. */
const fatType = 0x4d44;
/** A slow stick shows itself with one; eight of them are enough to measure a fast disk, and quickly gone. */
const chunkBytes = 1024 * 1024;
const maxChunks = 8;
/** Of the free space: measuring must not fill what it measures. */
const maxShareOfFree = 1 / 16;
/** Fast disks are done before. */
const measureForMs = 300;

/**
 * Writes and syncs a probe into a folder, up to 8 MiB or some 300 ms, removes it, and reads what the file system says.
 *
 * @param knownSpeed of an earlier call: only a block is written then
 * @throws the error of the system when the folder cannot be written
 */
export async function diskOfferOf(
  folder: string,
  knownSpeed?: DiskOffer['writeBytesPerSecond'],
): Promise<DiskOffer> {
  const freeBytes = await freeBytesOf(folder);
  const probe = join(folder, `.plateau-${crypto.randomUUID().slice(0, 8)}`);
  const file = await open(probe, 'wx', 0o600);
  let writeBytesPerSecond: number | null;
  try {
    await writeBlock(file);
    writeBytesPerSecond = knownSpeed === undefined ? await measure(file, freeBytes) : knownSpeed;
  } finally {
    await file.close();
    await rm(probe, { force: true });
  }
  return { freeBytes, maxFileBytes: await maxFileBytesOf(folder), writeBytesPerSecond };
}

/** A block's worth: an empty file can be made on a full disk. */
async function writeBlock(file: FileHandle): Promise<void> {
  await file.write(Buffer.alloc(4_096));
  await file.sync();
}

async function measure(file: FileHandle, freeBytes: number | null): Promise<number | null> {
  const startedAtMs = performance.now();
  const chunks = Math.min(maxChunks, Math.floor(((freeBytes ?? Infinity) * maxShareOfFree) / chunkBytes));
  const chunk = Buffer.alloc(chunkBytes, 'plateau');
  let written = 0;
  while (written < chunks && (written === 0 || performance.now() - startedAtMs < measureForMs)) {
    await file.write(chunk);
    await file.sync();
    written += 1;
  }
  const passedS = (performance.now() - startedAtMs) / 1000;
  return written === 0 || passedS <= 0 ? null : (written * chunkBytes) / passedS;
}

async function maxFileBytesOf(folder: string): Promise<number | null> {
  const isFat = process.platform === 'linux' && (await statfs(folder)).type === fatType;
  const limits = [isFat ? fatFileBytes : null, ownFileLimit()].filter((limit) => limit !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** `ulimit -f`; null where the system does not say, or sets none. */
function ownFileLimit(): number | null {
  try {
    const soft = /^Max file size\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}
