import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { hasCode } from '../process/system-error.js';
import type { DiskLane } from '../storage/disk-lanes.js';
import { syncData, writeAt } from '../storage/file-handle.js';
import { copyChunkBytes, type CopyTools, OriginalUnreadable } from './copy-tools.js';

/**
 * What is written over in a file that grows, or is finished where it stands: a few bytes of MP4, and up to the end of the tracks,
 * 8.4 kB from its beginning, in a Matroska file of copy mode. What is changed behind it is found at the end alone. Bytes.
 */
const headBytes = 16_384;
/** What a power cut may take of a copy, in milliseconds. */
const syncEveryMs = 2_000;
/** A smaller file that was replaced is copied anew at once, even when it has become shorter. */
const smallBytes = copyChunkBytes;

/** A file's beginning, as far as it can change. */
interface Head {
  readonly bytes: number;
  readonly crc: number;
}

const noHead: Head = { bytes: 0, crc: 0 };

/** A copy of a file that grows, and that may be finished where it stands or replaced. One call at a time. */
export class CopiedFile {
  readonly #from: string;
  readonly #lane: DiskLane;
  readonly #to: string;
  readonly #tools: CopyTools;
  /** Of the head that the copy has: so many bytes, and what they come to. Kept for each file, which a head would be too much for. */
  #head: Head = noHead;
  #inode: number | null = null;
  #isMade = false;
  #copiedBytes = 0;
  #originalBytes = 0;
  #syncedAtMs = -Infinity;

  /**
   * @param from the original's path
   * @param lane of the original's disk
   * @param to the copy's path, at which nothing is
   */
  constructor(from: string, lane: DiskLane, to: string, tools: CopyTools) {
    this.#from = from;
    this.#lane = lane;
    this.#to = to;
    this.#tools = tools;
  }

  /** Bytes that the copy has. */
  get copiedBytes(): number {
    return this.#copiedBytes;
  }

  /** Bytes that the original had more when it was looked at last. */
  get behindBytes(): number {
    return Math.max(0, this.#originalBytes - this.#copiedBytes);
  }

  /**
   * Copies what is new: first what is behind the copy's end, then a head that was changed, so that the copy plays at every
   * moment. An original that is gone changes nothing.
   *
   * @param isLast also a replaced original that is shorter now is copied: it will not grow any more
   * @throws OriginalUnreadable; the error of the backup's disk
   */
  async update(isLast = false): Promise<void> {
    const original = await this.#openOriginal();
    if (original === null) return;
    try {
      const { ino, size } = await this.#ask(() => original.stat());
      this.#originalBytes = size;
      if (this.#inode === null || this.#inode === ino) {
        this.#inode = ino;
        await this.#follow(original);
      } else if (isLast || size >= this.#copiedBytes || size < smallBytes) {
        await this.#replace(original);
        this.#inode = ino;
      }
    } finally {
      await this.#ask(() => original.close());
    }
  }

  /**
   * Holds the copy against the original, byte by byte, and writes what differs once more.
   *
   * @param signal ends it
   * @returns SHA-256 of what was read from the copy, which is that of the original
   * @throws OriginalUnreadable; the error of the backup's disk; the reason of the signal; an Error when the copy does not
   *   keep what is written to it
   */
  async prove(signal: AbortSignal): Promise<string> {
    await this.update(true);
    const original = await this.#openOriginal();
    if (original === null) throw new OriginalUnreadable(null);
    try {
      const { size } = await this.#ask(() => original.stat());
      const copy = await this.#tools.copy(() => open(this.#to, 'r+'));
      try {
        const hash = createHash('sha256');
        for (let at = 0; at < size; at += copyChunkBytes) {
          signal.throwIfAborted();
          hash.update(await this.#proveChunk(original, copy, at, Math.min(copyChunkBytes, size - at)));
        }
        await this.#tools.copy(() => copy.truncate(size));
        await this.#tools.copy(() => syncData(copy));
        return hash.digest('hex');
      } finally {
        await this.#tools.copy(() => copy.close());
      }
    } finally {
      await this.#ask(() => original.close());
    }
  }

  /** Removes the copy. @throws the error of the backup's disk */
  async remove(): Promise<void> {
    await this.#tools.copy(() => rm(this.#to, { force: true }));
  }

  /** What grows passes through the other half of the memory while this one is held. */
  get #headBuffer(): Buffer {
    return this.#tools.buffer.subarray(copyChunkBytes, copyChunkBytes + headBytes);
  }

  #ask<Value>(call: () => Promise<Value>): Promise<Value> {
    return this.#tools.original(this.#lane, call);
  }

  /** Null when it is gone. */
  #openOriginal(): Promise<FileHandle | null> {
    return this.#ask(() =>
      open(this.#from, 'r').catch((thrown: unknown) => {
        if (hasCode(thrown, 'ENOENT')) return null;
        throw thrown;
      }),
    );
  }

  async #follow(original: FileHandle): Promise<void> {
    // Whoever finishes a file writes its head last: with this one goes whatever is behind it now.
    const read = await this.#ask(() => original.read(this.#headBuffer, 0, headBytes, 0));
    const head = this.#headBuffer.subarray(0, read.bytesRead);
    const { size } = await this.#ask(() => original.stat());
    this.#originalBytes = size;
    const length = Math.min(head.length, this.#copiedBytes);
    const hasNewHead = this.#isNew(head, length);
    if (this.#isMade && size === this.#copiedBytes && !hasNewHead) return;
    const copy = await this.#openCopy();
    try {
      if (size < this.#copiedBytes) {
        await this.#tools.copy(() => copy.truncate(size));
        this.#copiedBytes = size;
      }
      await this.#grow(original, copy, size);
      if (hasNewHead && length > 0)
        await this.#tools.copy(() => writeAt(copy, head.subarray(0, Math.min(length, size)), 0));
      this.#head = { bytes: head.length, crc: crc32(head) };
      if (performance.now() - this.#syncedAtMs >= syncEveryMs) {
        await this.#tools.copy(() => syncData(copy));
        this.#syncedAtMs = performance.now();
      }
    } finally {
      await this.#tools.copy(() => copy.close());
    }
  }

  /** @param length of it, as far as the copy has it */
  #isNew(head: Buffer, length: number): boolean {
    const { bytes, crc } = this.#head;
    // What came while it was read last is in the copy, and was not looked at.
    return bytes === 0 || bytes < length || bytes > head.length || crc32(head.subarray(0, bytes)) !== crc;
  }

  async #openCopy(): Promise<FileHandle> {
    if (!this.#isMade) {
      const made = await this.#tools.copy(() => open(this.#to, 'w'));
      this.#isMade = true;
      this.#copiedBytes = 0;
      return made;
    }
    try {
      return await this.#tools.copy(() => open(this.#to, 'r+'));
    } catch (thrown) {
      if (!hasCode(thrown, 'ENOENT')) throw thrown;
      // Somebody has removed it: it is made anew, where its folder still stands.
      this.#isMade = false;
      return this.#openCopy();
    }
  }

  async #grow(original: FileHandle, copy: FileHandle, toBytes: number): Promise<void> {
    const { buffer } = this.#tools;
    while (this.#copiedBytes < toBytes) {
      const at = this.#copiedBytes;
      const length = Math.min(copyChunkBytes, toBytes - at);
      const { bytesRead } = await this.#ask(() => original.read(buffer, 0, length, at));
      if (bytesRead === 0) return;
      await this.#tools.copy(() => writeAt(copy, buffer.subarray(0, bytesRead), at));
      this.#copiedBytes += bytesRead;
    }
  }

  /** Beside the copy, which stays as it is until the other one is whole. */
  async #replace(original: FileHandle): Promise<void> {
    const beside = join(dirname(this.#to), `.${basename(this.#to)}.copying`);
    const { size } = await this.#ask(() => original.stat());
    const copy = await this.#tools.copy(() => open(beside, 'w'));
    const before = this.#copiedBytes;
    try {
      this.#copiedBytes = 0;
      await this.#grow(original, copy, size);
      await this.#tools.copy(() => syncData(copy));
    } catch (thrown) {
      this.#copiedBytes = before;
      await this.#tools.copy(() => rm(beside, { force: true })).catch(() => undefined);
      throw thrown;
    } finally {
      await this.#tools.copy(() => copy.close());
    }
    await this.#tools.copy(() => rename(beside, this.#to));
    this.#head = noHead;
    this.#isMade = true;
  }

  /** @returns what stands in the copy, which is what stands in the original */
  async #proveChunk(original: FileHandle, copy: FileHandle, at: number, length: number): Promise<Buffer> {
    const wanted = this.#tools.buffer.subarray(0, length);
    const found = this.#tools.buffer.subarray(copyChunkBytes, copyChunkBytes + length);
    const read = await this.#ask(() => readAll(original, wanted, at));
    if (read < length) throw new OriginalUnreadable(null);
    const isThere = async (): Promise<boolean> =>
      (await this.#tools.copy(() => readAll(copy, found, at))) === length && found.equals(wanted);
    if (await isThere()) return found;
    await this.#tools.copy(() => writeAt(copy, wanted, at));
    if (await isThere()) return found;
    throw Object.assign(new Error('What was written to the backup is not what it holds.'), { code: 'EIO' });
  }
}

/** @returns how much there was */
async function readAll(file: FileHandle, into: Buffer, at: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}
