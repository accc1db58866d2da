import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { inTime } from '../process/deadline.js';

/** Telemetry must not be what holds up the end of a take: milliseconds. */
const closePatienceMs = 20_000;

/**
 * Appends one JSON document a line. Bounded: while the disk falls behind by more than the cap, lines
 * are left out and counted, for telemetry must never be what fills the memory.
 */
export class NdjsonFile {
  readonly #stream: WriteStream;
  readonly #capBytes: number;
  #skippedLines = 0;
  #error: Error | null = null;

  /**
   * Opens the file for appending.
   *
   * @param capBytes most that may wait for the disk; beyond it lines are left out
   */
  constructor(path: string, capBytes: number) {
    this.#capBytes = capBytes;
    this.#stream = createWriteStream(path, { flags: 'a' });
    // A full disk is reported by the take itself; telemetry only stops.
    this.#stream.on('error', (error) => {
      this.#error = error;
    });
  }

  /** Lines that were left out, because the disk was behind or had failed. */
  get skippedLines(): number {
    return this.#skippedLines;
  }

  /** Appends a document as one line, without waiting; never throws for the disk's sake. */
  write(document: unknown): void {
    if (this.#error !== null || this.#stream.writableLength > this.#capBytes) {
      this.#skippedLines += 1;
      return;
    }
    this.#stream.write(`${JSON.stringify(document)}\n`);
  }

  /** Resolves when every accepted line is written, the file has failed, or its disk has not answered in time. */
  async close(): Promise<void> {
    if (this.#stream.closed || this.#error !== null) return;
    const closed = once(this.#stream, 'close').catch(() => undefined);
    this.#stream.end();
    await inTime(closed, closePatienceMs);
  }
}
