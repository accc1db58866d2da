import { PlateauError } from '../contract/errors.js';
import { type DiskLevel, diskLevel, diskLevels, diskLimits } from '../contract/limits.js';
import { formatBytes } from '../format/bytes.js';
import { formatDuration } from '../format/time.js';
import { DiskLane } from '../storage/disk-lanes.js';
import { freeBytesOf } from '../storage/take-folder.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { Rate } from '../telemetry/rate.js';

/** Long enough for a key frame or a flush not to look like a new speed, short enough to see a camera that came. */
const rateWindowMs = 30_000;
/** How much better it has to be before a level counts as over. */
const easedFactor = 1.25;

/** Watches the free space under one take, and how long it will last. */
export class DiskSpaceMonitor {
  readonly #path: string;
  readonly #report: EventReporter;
  readonly #lane: DiskLane;
  readonly #hasOther: boolean;
  #isChecking = false;
  readonly #rate = new Rate(rateWindowMs);
  #freeBytes: number | null = null;
  #bytesPerSecond = 0;
  #level: DiskLevel = 'ok';
  #wasTimeKnown = false;

  /**
   * @param lane in which the disk is asked: one that stands still must not hold a thread for each second of it
   * @param hasOther whether the take goes on in another folder when this one is full
   */
  constructor(path: string, report: EventReporter, lane = new DiskLane(), hasOther = false) {
    this.#hasOther = hasOther;
    this.#path = path;
    this.#report = report;
    this.#lane = lane;
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

  /** The take has made so many bytes in all, written or waiting: the rate from which the time to a full disk follows. */
  noteWritten(writtenBytes: number): void {
    this.#bytesPerSecond = this.#rate.sample(performance.now(), writtenBytes) ?? 0;
  }

  /**
   * Looks at the disk, and warns: amber below half an hour at the present rate, red below five minutes, each once for as
   * long as it lasts. A look that the disk has not answered is not repeated.
   *
   * @param isRecording false while the files are being finished: there is nothing to stop and nowhere to go on
   * @returns whether the take has to be stopped to be saved
   */
  async check(isRecording = true): Promise<boolean> {
    if (this.#isChecking) return false;
    this.#isChecking = true;
    this.#freeBytes = await this.#lane.run(() => freeBytesOf(this.#path));
    this.#isChecking = false;
    if (this.#freeBytes === null) return false;
    this.#warn(this.#freeBytes, isRecording);
    const { stopBytes, stopSeconds } = diskLimits;
    return this.#freeBytes < Math.max(stopBytes, stopSeconds * this.#bytesPerSecond);
  }

  #warn(freeBytes: number, isRecording: boolean): void {
    const { secondsToFull } = this;
    // In a pause, and at the end, nothing is written: what was known of the time still holds.
    if (secondsToFull === null && this.#wasTimeKnown) return;
    this.#wasTimeKnown ||= secondsToFull !== null;
    const level = diskLevel({ freeBytes, secondsToFull });
    if (rank(level) > rank(this.#level))
      this.#tell(level, freeBytes, isRecording ? secondsToFull : null, isRecording);
    // Around a limit it is told once: it has to be well above it first.
    const eased = diskLevel({
      freeBytes: freeBytes / easedFactor,
      secondsToFull: secondsToFull === null ? null : secondsToFull / easedFactor,
    });
    this.#level = rank(level) > rank(this.#level) || rank(eased) < rank(this.#level) ? level : this.#level;
  }

  #tell(level: DiskLevel, freeBytes: number, secondsToFull: number | null, isRecording: boolean): void {
    const lasts =
      secondsToFull === null
        ? ''
        : `: at the present rate it is full in ${formatDuration(secondsToFull * 1000)}`;
    const ofTake =
      level === 'veryLow'
        ? 'Free some space now, or stop the take and choose another folder.'
        : 'Free some space, or plan where to go on.';
    const whileRecording = this.#hasOther ? 'The take goes on in its other folder then.' : ofTake;
    const advice = isRecording
      ? whileRecording
      : 'The files of the take are being finished there: free some space if you can. What was written plays in any case.';
    this.#report.warning(
      'diskLow',
      `${formatBytes(freeBytes)} are left on the disk${lasts}. ${advice}`,
      null,
      { level, freeBytes, secondsToFull: secondsToFull === null ? null : Math.round(secondsToFull) },
    );
  }
}

function rank(level: DiskLevel): number {
  return diskLevels.indexOf(level);
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
    `Free at least ${formatBytes(diskLimits.veryLowBytes)}, or choose another output folder.`,
  );
}
