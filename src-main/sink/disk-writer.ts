import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import type { PlateauError } from '../contract/errors.js';
import { monotonicUs } from '../pipeline/take-clock.js';
import { newFileError, outputError } from '../storage/take-folder.js';
import { BlockBuffer } from './block-buffer.js';
import type { DiskThrottle } from './disk-throttle.js';

export interface DiskWriterLimits {
  /** Compressed data that may wait for the disk; beyond it the source is not read. */
  readonly capBytes: number;
  /** A write is begun when this much waits, or when {@link flushIntervalMs} has passed. */
  readonly flushBytes: number;
  readonly flushIntervalMs: number;
  /** Asked before each write while it is not open; none outside of a take. */
  readonly throttle?: DiskThrottle;
}

/** Sees what the operating system has taken, block by block and in order. It must not keep a block, nor throw. */
export type WrittenObserver = (bytes: Buffer) => void;

/**
 * Writes ffmpeg's output to a file that we own. Bounded: when the disk falls behind by the cap, the
 * source is paused, its pipe fills, ffmpeg stops reading its input, and the frame queues see it.
 *
 * Errors are latched: after the first one the source is destroyed and {@link DiskWriter.finish} rejects.
 */
export class DiskWriter {
  readonly path: string;
  readonly #limits: DiskWriterLimits;
  readonly #file: FileHandle;
  readonly #source: Readable;
  readonly #flushTimer: NodeJS.Timeout;
  readonly #onFailure: (error: PlateauError) => void;
  readonly #onWritten: WrittenObserver;
  readonly #waiting = new BlockBuffer();
  #writingBytes = 0;
  #writtenBytes = 0;
  #maxWriteMs = 0;
  #write: Promise<void> | null = null;
  #failure: PlateauError | null = null;
  readonly #sourceEnded: Promise<void>;

  private constructor(
    path: string,
    file: FileHandle,
    source: Readable,
    limits: DiskWriterLimits,
    onFailure: (error: PlateauError) => void,
    onWritten: WrittenObserver,
  ) {
    this.path = path;
    this.#file = file;
    this.#source = source;
    this.#limits = limits;
    this.#onFailure = onFailure;
    this.#onWritten = onWritten;
    this.#sourceEnded = new Promise((resolve) => {
      source.once('close', resolve);
      source.once('end', resolve);
      // An error of the pipe ends it; why ffmpeg broke it is told by its exit.
      source.once('error', () => {
        resolve();
      });
    });
    source.on('data', this.#accept);
    this.#flushTimer = setInterval(() => {
      this.#startWrite();
    }, limits.flushIntervalMs);
  }

  /**
   * Creates the file, which must not exist, and begins to read `source`.
   *
   * @throws PlateauError `outputUnwritable` or `diskFull`
   */
  static async create(
    path: string,
    source: Readable,
    limits: DiskWriterLimits,
    onFailure: (error: PlateauError) => void,
    onWritten: WrittenObserver = () => undefined,
  ): Promise<DiskWriter> {
    try {
      return new DiskWriter(path, await open(path, 'wx'), source, limits, onFailure, onWritten);
    } catch (thrown) {
      throw newFileError(basename(path), thrown);
    }
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

  /** Waits for the source's end, writes what is left, syncs and closes. Rejects with the first failure. */
  async finish(): Promise<void> {
    await this.#sourceEnded;
    clearInterval(this.#flushTimer);
    this.#source.off('data', this.#accept);
    while (this.#failure === null && (this.#write !== null || this.#waiting.bytes > 0)) {
      this.#startWrite();
      await this.#write;
    }
    try {
      if (this.#failure === null) await this.#file.sync();
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      await this.#file.close().catch((thrown: unknown) => {
        this.#fail(thrown);
      });
    }
    // A getter, because control flow analysis does not see that #fail sets the field.
    const failure = this.failure;
    if (failure !== null) throw failure;
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
    if (this.#waiting.bytes >= this.#limits.flushBytes) this.#startWrite();
    if (this.queuedBytes >= this.#limits.capBytes) this.#source.pause();
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
    if (this.#waiting.bytes >= this.#limits.flushBytes) this.#startWrite();
    if (this.#source.isPaused() && this.queuedBytes < this.#limits.capBytes) this.#source.resume();
  }

  async #writeAll(parts: readonly Buffer[]): Promise<void> {
    const { throttle } = this.#limits;
    if (throttle !== undefined && !throttle.isOpen) {
      await throttle.admit(parts.reduce((sum, { length }) => sum + length, 0));
    }
    let rest = [...parts];
    while (rest.length > 0) {
      let { bytesWritten } = await this.#file.writev(rest);
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

  #fail(thrown: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = outputError(thrown);
    this.#waiting.clear();
    this.#source.destroy();
    this.#onFailure(this.#failure);
  }
}
