import type { PlateauError } from '../contract/errors.js';
import type { FilePart } from './file-parts.js';
import type { RunEvents } from './recording-run-options.js';
import { isOfWholeDisk } from './restart-schedule.js';

/** A run whose disk has failed, and which may go on in another folder. */
export interface FailedDisk {
  readonly error: PlateauError;
  /** What was written there. */
  readonly part: FilePart;
  /** What was handed over by then, on the take's timeline in milliseconds. */
  readonly untilMs: number;
}

/** Whether a run waits for another folder, for the disk of its present one has failed. */
export class AwaitedFolder {
  readonly #mayGoOn: RunEvents['mayGoOnElsewhere'];
  #failed: FailedDisk | null = null;

  /** @param mayGoOn asked once for each failure that is of a whole disk */
  constructor(mayGoOn: RunEvents['mayGoOnElsewhere']) {
    this.#mayGoOn = mayGoOn;
  }

  /** Whether it is awaited. */
  get isAwaited(): boolean {
    return this.#failed !== null;
  }

  /** An encoder has failed. @returns whether another folder is awaited from now on */
  ask(failed: FailedDisk): boolean {
    if (!isOfWholeDisk(failed.error) || this.#mayGoOn?.(failed.error, failed.part) !== true) return false;
    this.#failed = failed;
    return true;
  }

  /** It has come, or will not come. @returns what was waiting for it; null when nothing was */
  take(): FailedDisk | null {
    const failed = this.#failed;
    this.#failed = null;
    return failed;
  }
}
