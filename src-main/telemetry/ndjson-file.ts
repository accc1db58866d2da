import { inTime } from '../process/deadline.js';
import { DiskLane } from '../storage/disk-lanes.js';
import { RecordedFile } from '../storage/recorded-file.js';

/** Telemetry must not be what holds up the end of a take: milliseconds. */
const closePatienceMs = 20_000;

/**
 * Appends one JSON document a line. Bounded: while the disk falls behind by more than the cap, lines
 * are left out and counted, for telemetry must never be what fills the memory. A file that somebody deletes is written
 * anew, from its first line.
 */
export class NdjsonFile {
  readonly #capBytes: number;
  readonly #opening: Promise<RecordedFile>;
  readonly #lane: DiskLane;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #skippedLines = 0;
  #hasFailed = false;
  #flushing: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  /**
   * Opens the file for appending.
   *
   * @param capBytes most that may wait for the disk; beyond it lines are left out
   * @param lane in which it asks the disk
   */
  constructor(path: string, capBytes: number, lane = new DiskLane()) {
    this.#capBytes = capBytes;
    this.#lane = lane;
    this.#opening = RecordedFile.openToAppend(path);
    // A full disk is reported by the take itself; telemetry only stops.
    this.#opening.catch(() => {
      this.#hasFailed = true;
    });
  }

  /** Lines that were left out, because the disk was behind or had failed. */
  get skippedLines(): number {
    return this.#skippedLines;
  }

  /** Appends a document as one line, without waiting; never throws for the disk's sake. */
  write(document: unknown): void {
    if (this.#hasFailed || this.#closing !== null || this.#waitingBytes > this.#capBytes) {
      this.#skippedLines += 1;
      return;
    }
    const line = Buffer.from(`${JSON.stringify(document)}\n`);
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = null;
    });
  }

  /** Resolves when every accepted line is written, the file has failed, or its disk has not answered in time. */
  async close(): Promise<void> {
    this.#closing ??= this.#end();
    await inTime(this.#closing, closePatienceMs);
  }

  /** One after the other; never rejects. */
  async #flush(): Promise<void> {
    try {
      const file = await this.#opening;
      while (this.#waiting.length > 0) {
        const lines = this.#waiting.splice(0);
        await this.#lane.run(() => file.append(lines));
        this.#waitingBytes -= lines.reduce((sum, { length }) => sum + length, 0);
        // A snapshot comes each second: often enough.
        await this.#lane.run(() => file.check());
      }
    } catch {
      this.#hasFailed = true;
      this.#skippedLines += this.#waiting.splice(0).length;
    }
  }

  async #end(): Promise<void> {
    await this.#flushing;
    await this.#flush();
    const file = await this.#opening.catch(() => null);
    if (file === null) return;
    try {
      await file.settle();
      await file.close();
    } catch {
      this.#hasFailed = true;
    }
  }
}
