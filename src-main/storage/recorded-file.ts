import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { caps } from '../contract/limits.js';
import { hasCode } from '../process/system-error.js';
import { syncData, writeAt } from './file-handle.js';
import { makeFolders } from './make-folders.js';

/** What happened to a file that is being written. */
export type FilePresence =
  /** It is no longer at its path: deleted, moved, or its folder was. */
  | 'gone'
  /** It stands there again, with all that was written. */
  | 'restored'
  /** It cannot be written there again at the moment; what was written is still held open. */
  | 'notRestored';

/** @param cause why it could not be restored; null otherwise */
export type PresenceObserver = (presence: FilePresence, cause: unknown) => void;

/**
 * A growing file that survives its deletion. What was written stays readable through the open handle, whatever becomes of
 * the path: once the file is gone it is written there anew, while it goes on growing.
 *
 * Calls of {@link RecordedFile.append} must not overlap.
 */
export class RecordedFile {
  readonly #path: string;
  readonly #onPresence: PresenceObserver;
  #handle: FileHandle;
  #writtenBytes = 0;
  #isGone = false;
  #checking: Promise<void> | null = null;
  #restoring: Promise<void> | null = null;
  #appending: Promise<void> | null = null;
  readonly #overwritten: { readonly bytes: Buffer; readonly at: number }[] = [];

  private constructor(path: string, handle: FileHandle, onPresence: PresenceObserver) {
    this.#path = path;
    this.#handle = handle;
    this.#onPresence = onPresence;
  }

  /**
   * Creates the file, which must not exist. The caller closes it.
   *
   * @param onPresence told once when it is gone, and once of each attempt to restore it
   * @throws the error of the system
   */
  static async create(path: string, onPresence: PresenceObserver = () => undefined): Promise<RecordedFile> {
    return new RecordedFile(path, await open(path, 'wx+'), onPresence);
  }

  /**
   * Opens a file, which may exist, for writing behind what is in it. The caller closes it.
   *
   * @throws the error of the system
   */
  static async openToAppend(path: string): Promise<RecordedFile> {
    const handle = await open(path, 'a+');
    const file = new RecordedFile(path, handle, () => undefined);
    file.#writtenBytes = (await handle.stat()).size;
    return file;
  }

  /** Whether it is away from its path, and not restored yet. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /**
   * Writes blocks behind what was written, all of them.
   *
   * @param onFull asked when the disk has no space for the rest: whether there is some now, and it is tried again
   * @throws the error of the system
   */
  async append(blocks: readonly Buffer[], onFull?: () => Promise<boolean>): Promise<void> {
    const appending = this.#writeAll(blocks, onFull);
    this.#appending = appending;
    try {
      await appending;
    } finally {
      this.#appending = null;
    }
  }

  /**
   * Writes over what was written: numbers that were not known when it was. It must not overlap with an `append`, and is for a
   * few small places: each is kept, so that a file that is written anew has it as well.
   *
   * @throws RangeError for a place behind what was written; the error of the system
   */
  async overwrite(bytes: Buffer, at: number): Promise<void> {
    if (at + bytes.length > this.#writtenBytes) throw new RangeError('Nothing was written there.');
    this.#overwritten.push({ bytes, at });
    await writeAt(this.#handle, bytes, at);
  }

  /** Looks whether the file is still where it belongs. Called every some hundred milliseconds; never rejects. */
  check(): Promise<void> {
    return (this.#checking ??= this.#look().finally(() => {
      this.#checking = null;
    }));
  }

  /** Resolves when a restoration that is under way is over; tries a last time when the file is still gone. */
  async settle(): Promise<void> {
    await this.check();
    await this.#restoring;
    if (this.#isGone) await this.#restore();
  }

  /** Resolves once the disk has all that was written. @throws the error of the system */
  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  /** The same, without the times of the file, while it grows. @throws the error of the system */
  async syncData(): Promise<void> {
    await syncData(this.#handle);
  }

  /** Closes the file, which nothing may be written into any more. @throws the error of the system */
  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #look(): Promise<void> {
    if (this.#restoring !== null) return;
    const wasGone = this.#isGone;
    if (!wasGone && (await this.#isInPlace())) return;
    this.#isGone = true;
    if (!wasGone) this.#onPresence('gone', null);
    // One attempt; what stands in its way now is tried again at the end.
    if (!wasGone) void this.#restore();
  }

  /** By device and inode: another file may have come to that path. */
  async #isInPlace(): Promise<boolean> {
    try {
      const own = await this.#handle.stat();
      if (own.nlink === 0) return false;
      const found = await stat(this.#path);
      return found.ino === own.ino && found.dev === own.dev;
    } catch (thrown) {
      // Of a disk that fails or a folder that may not be looked into, the writes will tell.
      return !hasCode(thrown, 'ENOENT');
    }
  }

  #restore(): Promise<void> {
    return (this.#restoring ??= this.#writeAnew().finally(() => {
      this.#restoring = null;
    }));
  }

  async #writeAnew(): Promise<void> {
    let fresh: FileHandle | null = null;
    try {
      await makeFolders(dirname(this.#path));
      fresh = await open(this.#path, 'wx+');
      const old = this.#handle;
      await this.#moveTo(fresh);
      fresh = null;
      await old.close().catch(() => undefined);
      this.#onPresence('restored', null);
    } catch (thrown) {
      if (fresh !== null) await fresh.close().catch(() => undefined);
      this.#onPresence('notRestored', thrown);
    }
  }

  /** Changes handles in the turn in which nothing is left to copy and nothing is being written. */
  async #moveTo(fresh: FileHandle): Promise<void> {
    const chunk = Buffer.allocUnsafe(caps.restoreChunkBytes);
    let copied = 0;
    let repeated = 0;
    while (copied < this.#writtenBytes || this.#appending !== null || repeated < this.#overwritten.length) {
      const over = copied === this.#writtenBytes ? this.#overwritten[repeated] : undefined;
      if (over !== undefined) {
        repeated += 1;
        await writeAt(fresh, over.bytes, over.at);
      } else if (copied === this.#writtenBytes) await this.#appending?.catch(() => undefined);
      else {
        const length = Math.min(chunk.length, this.#writtenBytes - copied);
        const { bytesRead } = await this.#handle.read(chunk, 0, length, copied);
        if (bytesRead === 0) throw new Error('The file is shorter than what was written.');
        await writeWhole(fresh, [chunk.subarray(0, bytesRead)]);
        copied += bytesRead;
      }
    }
    this.#handle = fresh;
    this.#isGone = false;
  }

  async #writeAll(blocks: readonly Buffer[], onFull?: () => Promise<boolean>): Promise<void> {
    const count = (bytes: number): void => {
      this.#writtenBytes += bytes;
    };
    await writeWhole(this.#handle, blocks, count, onFull);
  }
}

async function writeWhole(
  handle: FileHandle,
  blocks: readonly Buffer[],
  onWritten: (bytes: number) => void = () => undefined,
  onFull: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<void> {
  let rest = [...blocks];
  while (rest.length > 0) {
    let bytesWritten = 0;
    try {
      ({ bytesWritten } = await handle.writev(rest));
    } catch (thrown) {
      if (!hasCode(thrown, 'ENOSPC', 'EDQUOT') || !(await onFull())) throw thrown;
    }
    onWritten(bytesWritten);
    const unwritten: Buffer[] = [];
    for (const buffer of rest) {
      if (bytesWritten >= buffer.length) bytesWritten -= buffer.length;
      else {
        unwritten.push(buffer.subarray(bytesWritten));
        bytesWritten = 0;
      }
    }
    rest = unwritten;
  }
}
