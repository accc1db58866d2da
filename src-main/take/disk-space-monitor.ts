import { PlateauError } from '../contract/errors.js';
import { diskLimits } from '../contract/limits.js';
import { formatBytes } from '../format/bytes.js';
import { freeBytesOf } from '../storage/take-folder.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { Rate } from '../telemetry/rate.js';

const rateWindowMs = 30_000;

/** Watches the free space under one take, and how long it will last. */
export class DiskSpaceMonitor {
  readonly #path: string;
  readonly #report: EventReporter;
  readonly #rate = new Rate(rateWindowMs);
  #freeBytes: number | null = null;
  #bytesPerSecond = 0;
  #isLow = false;

  constructor(path: string, report: EventReporter) {
    this.#path = path;
    this.#report = report;
  }

  /** Null when the file system does not say. */
  get freeBytes(): number | null {
    return this.#freeBytes;
  }

  /** Time to full at the rate of the last 30 s; null while nothing is written. */
  get secondsToFull(): number | null {
    return this.#freeBytes === null || this.#bytesPerSecond <= 0
      ? null
      : this.#freeBytes / this.#bytesPerSecond;
  }

  /**
   * Reads the free space once, before the take begins.
   *
   * @throws PlateauError `diskFull` when there is too little space to start
   */
  async assertFreeSpaceToStart(): Promise<void> {
    this.#freeBytes = await freeBytesOf(this.#path);
    if (this.#freeBytes !== null) assertFreeSpace(this.#freeBytes);
  }

  /** The take has written so many bytes in all: the rate from which the time to a full disk follows. */
  noteWritten(writtenBytes: number): void {
    this.#bytesPerSecond = this.#rate.sample(performance.now(), writtenBytes);
  }

  /** Looks at the disk and warns. @returns whether the take has to be stopped to be saved */
  async check(): Promise<boolean> {
    this.#freeBytes = await freeBytesOf(this.#path);
    if (this.#freeBytes === null) return false;
    const isLow = this.#freeBytes < diskLimits.veryLowBytes;
    if (isLow && !this.#isLow) {
      this.#report.warning('diskLow', `Only ${formatBytes(this.#freeBytes)} are left on the disk.`);
    }
    this.#isLow = isLow;
    return this.#freeBytes < diskLimits.stopBytes;
  }
}

/**
 * Refuses a folder on which a take could not be finalized.
 *
 * @throws PlateauError `diskFull` when a take could not even be ended properly
 */
export function assertFreeSpace(freeBytes: number): void {
  if (freeBytes >= diskLimits.stopBytes) return;
  throw new PlateauError(
    'diskFull',
    `Only ${formatBytes(freeBytes)} are free in the output folder.`,
    `Free at least ${formatBytes(diskLimits.veryLowBytes)}, or choose another folder with --out.`,
  );
}
