import { PlateauError } from '../contract/errors.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { freeBytesOf } from '../storage/take-folder.js';
import { Rate } from '../telemetry/rate.js';

/** OBS's limits: a warning below the first; below the second the take is stopped while there is room to end it. */
const warningBytes = 1_000_000_000;
const stopBytes = 50_000_000;
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

  /** @throws PlateauError `diskFull` when there is no room to begin */
  async assertFreeSpaceToStart(): Promise<void> {
    this.#freeBytes = await freeBytesOf(this.#path);
    if (this.#freeBytes !== null) assertFreeSpace(this.#freeBytes);
  }

  noteWritten(writtenBytes: number): void {
    this.#bytesPerSecond = this.#rate.sample(performance.now(), writtenBytes);
  }

  /** Looks at the disk and warns. @returns whether the take has to be stopped to be saved */
  async check(): Promise<boolean> {
    this.#freeBytes = await freeBytesOf(this.#path);
    if (this.#freeBytes === null) return false;
    const isLow = this.#freeBytes < warningBytes;
    if (isLow && !this.#isLow) {
      this.#report.warning('diskLow', `Only ${megabytes(this.#freeBytes)} MB are left on the disk.`);
    }
    this.#isLow = isLow;
    return this.#freeBytes < stopBytes;
  }
}

/** @throws PlateauError `diskFull` when a take could not even be ended properly */
export function assertFreeSpace(freeBytes: number): void {
  if (freeBytes >= stopBytes) return;
  throw new PlateauError(
    'diskFull',
    `Only ${megabytes(freeBytes)} MB are free where the take is to be written.`,
    'Free at least 1 GB, or choose another folder with --out.',
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
