import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import type { PlateauError } from '../contract/errors.js';
import { monotonicUs } from '../pipeline/take-clock.js';
import { inTime } from '../process/deadline.js';
import { AwaitedFile } from '../storage/awaited-file.js';
import { DiskLanes } from '../storage/disk-lanes.js';
import type { PresenceObserver } from '../storage/recorded-file.js';
import type { SpaceReserve } from '../storage/space-reserve.js';
import { diskFull, diskNotAnswering, diskPatienceMs, fileGone, outputError } from '../storage/take-folder.js';
import { BlockBuffer } from './block-buffer.js';
import type { DiskThrottle } from './disk-throttle.js';

export interface DiskWriterLimits {
  /** Compressed data that may wait for the disk; beyond it the source is not read. */
  readonly capBytes: number;
  /** How often what was written is made to survive a power cut, in milliseconds; left out, at the end alone. */
  readonly syncEveryMs?: number;
  /** Those of the take; left out, lanes of its own. */
  readonly lanes?: DiskLanes;
  /** Asked before each write while it is not open; none outside of a take. */
  readonly throttle?: DiskThrottle;
  /** What the take keeps for its end. With it a file is ended in order on a full disk; left out, it is cut off there. */
  readonly reserve?: SpaceReserve;
  /** How long one call of the disk may take once the file is to be finished, in milliseconds. */
  readonly patienceMs?: number;
  /** Told when the file was deleted or moved, and when it stands there again. */
  readonly onPresence?: (file: string, ...presence: Parameters<PresenceObserver>) => void;
}

/** How often it is looked whether the file is still there, in milliseconds. */
const presenceEveryMs = 500;
/** Writing a long file anew takes longer than one call of the disk. */
const restorePatience = 10;

/** Sees what the operating system has taken, block by block and in order. It must not keep a block, nor throw. */
export type WrittenObserver = (bytes: Buffer) => void;

/**
 * Writes ffmpeg's output to a file that we own, as it comes: what this process still holds when it is killed is lost.
 * Bounded: when the disk falls behind by the cap, the source is paused, its pipe fills, ffmpeg stops reading its input,
 * and the frame queues see it.
 *
 * Errors are latched: after the first one the source is destroyed and {@link DiskWriter.finish} rejects. A full disk is told
 * as soon as it is met; what is left is written with the space that the take has kept.
 */
export class DiskWriter {
  readonly path: string;
  /** How long one call of the disk may take, in milliseconds. */
  readonly patienceMs: number;
  readonly #limits: DiskWriterLimits;
  readonly #file: AwaitedFile;
  readonly #lanes: DiskLanes;
  readonly #syncTimer: NodeJS.Timeout | undefined;
  readonly #presenceTimer: NodeJS.Timeout;
  readonly #onFailure: (error: PlateauError) => void;
  readonly #onWritten: WrittenObserver;
  readonly #waiting = new BlockBuffer();
  #writingBytes = 0;
  #writtenBytes = 0;
  #maxWriteMs = 0;
  #write: Promise<void> | null = null;
  #sync: Promise<void> | null = null;
  #syncedBytes = 0;
  #isChecking = false;
  #failure: PlateauError | null = null;
  #isFull = false;
  #source: Readable | null = null;
  #sourceEnded: Promise<void> = Promise.resolve();

  private constructor(
    path: string,
    file: AwaitedFile,
    limits: DiskWriterLimits & { readonly lanes: DiskLanes },
    onFailure: (error: PlateauError) => void,
    onWritten: WrittenObserver,
  ) {
    this.path = path;
    this.patienceMs = limits.patienceMs ?? diskPatienceMs;
    this.#file = file;
    this.#limits = limits;
    this.#onFailure = onFailure;
    this.#onWritten = onWritten;
    this.#lanes = limits.lanes;
    if (limits.syncEveryMs !== undefined) {
      this.#syncTimer = setInterval(() => {
        this.#startSync();
      }, limits.syncEveryMs);
    }
    this.#presenceTimer = setInterval(() => {
      if (!this.#isChecking) void this.#checkPresence();
    }, presenceEveryMs);
  }

  /**
   * Creates the file, which must not exist. Nothing is read before {@link DiskWriter.read}. A disk that stands still makes
   * it when it goes on; should it refuse then, `onFailure` hears of it.
   *
   * @throws PlateauError `outputUnwritable`, `diskFull` or `tooManyOpenFiles`
   */
  static async create(
    path: string,
    limits: DiskWriterLimits,
    onFailure: (error: PlateauError) => void,
    onWritten: WrittenObserver = () => undefined,
  ): Promise<DiskWriter> {
    const name = basename(path);
    const lanes = limits.lanes ?? new DiskLanes();
    const file = await AwaitedFile.create(path, lanes.writes, (...presence) =>
      limits.onPresence?.(name, ...presence),
    );
    return new DiskWriter(path, file, { ...limits, lanes }, onFailure, onWritten);
  }

  /** Begins to read; called once, in the turn in which `source` was made, so that nothing of it is missed. */
  read(source: Readable): void {
    this.#source = source;
    this.#sourceEnded = new Promise((resolve) => {
      source.once('close', resolve);
      source.once('end', resolve);
      // An error of the pipe ends it; why ffmpeg broke it is told by its exit.
      source.once('error', () => {
        resolve();
      });
    });
    source.on('data', this.#accept);
  }

  /** Closes and removes a file into which nothing will be written, because there is nothing to read. */
  async discard(): Promise<void> {
    this.#stopTimers();
    const removed = this.#file.made.then((file) => file.close()).then(() => rm(this.path, { force: true }));
    await inTime(
      removed.catch(() => undefined),
      this.patienceMs,
    );
  }

  /** Compressed bytes between ffmpeg and the disk. */
  get queuedBytes(): number {
    return this.#waiting.bytes + this.#writingBytes;
  }

  /** Bytes that the operating system has taken, since the file was made. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** The slowest write since the last call, in milliseconds; one still under way counts from its start. */
  drainMaxWriteMs(): number {
    const max = Math.max(this.#maxWriteMs, this.#write === null ? 0 : this.#elapsedMs());
    this.#maxWriteMs = 0;
    return max;
  }

  /**
   * Waits for the source's end, writes what is left, syncs and closes. Rejects with the first failure, a disk that
   * does not answer among them.
   */
  async finish(): Promise<void> {
    await this.#sourceEnded;
    this.#stopTimers();
    this.#source?.off('data', this.#accept);
    while (this.#failure === null && (this.#write !== null || this.#waiting.bytes > 0)) {
      this.#startWrite();
      await this.#answer(this.#write ?? Promise.resolve());
    }
    await this.#answer(this.#file.made);
    await this.#answer(this.#file.settle(), this.#restorePatienceMs);
    if (this.#file.isGone) this.#fail(fileGone(basename(this.path)));
    if (this.#failure === null) await this.#answer(this.#lanes.checks.run(() => this.#file.sync()));
    await this.#answer(this.#file.close());
    // A getter, because control flow analysis does not see that #fail sets the field.
    const failure = this.failure;
    if (failure !== null) throw failure;
  }

  /** A disk that has failed already is not given more time. */
  get #restorePatienceMs(): number {
    return this.#failure === null ? restorePatience * this.patienceMs : this.patienceMs;
  }

  #stopTimers(): void {
    clearInterval(this.#syncTimer);
    clearInterval(this.#presenceTimer);
  }

  async #answer(call: Promise<unknown>, patienceMs = this.patienceMs): Promise<void> {
    try {
      const answered = await inTime(call, patienceMs);
      if (!answered.isInTime) this.#fail(diskNotAnswering());
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** Everything that came out of the source, in bytes: whether something still comes. */
  get receivedBytes(): number {
    return this.#writtenBytes + this.queuedBytes;
  }

  /** The first failure of a write, which ended the writing; null while there was none. */
  get failure(): PlateauError | null {
    return this.#failure;
  }

  #writeStartedUs = 0;

  #elapsedMs(): number {
    return (monotonicUs() - this.#writeStartedUs) / 1000;
  }

  readonly #accept = (chunk: Buffer): void => {
    if (this.#failure !== null) return;
    this.#waiting.append(chunk);
    this.#startWrite();
    if (this.queuedBytes >= this.#limits.capBytes) this.#source?.pause();
  };

  #startWrite(): void {
    if (this.#write !== null || this.#waiting.bytes === 0 || this.#failure !== null) return;
    // At most the cap in blocks of 256 KiB: far below what one writev takes (IOV_MAX).
    const bytes = this.#waiting.bytes;
    const parts = this.#waiting.drain();
    this.#writingBytes = bytes;
    this.#writeStartedUs = monotonicUs();
    this.#write = this.#writeAll(parts).then(
      () => {
        for (const part of parts) this.#onWritten(part);
        this.#waiting.release(parts);
        this.#writtenBytes += bytes;
        this.#afterWrite();
      },
      (thrown: unknown) => {
        this.#fail(thrown);
        this.#afterWrite();
      },
    );
  }

  #afterWrite(): void {
    this.#writingBytes = 0;
    this.#write = null;
    this.#maxWriteMs = Math.max(this.#maxWriteMs, this.#elapsedMs());
    this.#startWrite();
    if (this.#source?.isPaused() === true && this.queuedBytes < this.#limits.capBytes) this.#source.resume();
  }

  async #writeAll(parts: readonly Buffer[]): Promise<void> {
    const { throttle } = this.#limits;
    if (throttle !== undefined && !throttle.isOpen) {
      await throttle.admit(parts.reduce((sum, { length }) => sum + length, 0));
    }
    await this.#lanes.writes.run(() => this.#file.append(parts, this.#spendReserve));
  }

  /** Once: whoever hears of it ends what comes, and for the rest of that there is the space that was kept. */
  readonly #spendReserve = async (): Promise<boolean> => {
    const { reserve } = this.#limits;
    if (reserve === undefined || this.#isFull) return false;
    this.#isFull = true;
    await reserve.release();
    this.#onFailure(diskFull());
    return true;
  };

  async #checkPresence(): Promise<void> {
    this.#isChecking = true;
    await this.#lanes.checks.run(() => this.#file.check());
    this.#isChecking = false;
  }

  /** Beside the writes, and never two: a slow disk is not asked faster than it answers. */
  #startSync(): void {
    const bytes = this.#writtenBytes;
    if (this.#sync !== null || bytes === this.#syncedBytes || this.#failure !== null) return;
    this.#sync = this.#lanes.checks
      .run(() => this.#file.syncData())
      .then(
        () => {
          this.#syncedBytes = bytes;
        },
        (thrown: unknown) => {
          this.#fail(thrown);
        },
      )
      .finally(() => {
        this.#sync = null;
      });
  }

  #fail(thrown: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = outputError(thrown);
    this.#waiting.clear();
    this.#source?.destroy();
    this.#onFailure(this.#failure);
  }
}
