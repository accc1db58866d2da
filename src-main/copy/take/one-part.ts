import { PlateauError } from '../../contract/errors.js';
import type { Cut } from '../../sink/file-parts.js';
import type { FailedFrames } from '../../take/move-loss.js';

/**
 * What a take that encodes would need of its files: a copied one does not. Where its files are cut it is the process that knows
 * how they stand.
 */
export abstract class OnePart {
  readonly isReducible = false;
  readonly encoders = [];

  /** Whoever records the take decides where it is cut. @throws PlateauError `invalidState` */
  cut(_atMs: number | null = null): Cut {
    throw new PlateauError('invalidState', 'These files are cut by the recorder.', 'Split the take there.');
  }

  /** A file whose disk has failed has ended, and goes on in the part that it is told of. */
  goOnAt(): void {
    // Nothing waits.
  }

  /** Of a part. */
  hasEnded(_part: number): boolean {
    return false;
  }

  /** Of a part. */
  isSettled(_part: number): boolean {
    return false;
  }

  /** Nobody has asked. */
  largestPart(): number {
    return 0;
  }

  /** No encoder loses anything. */
  failedFrames(): FailedFrames {
    return { video: 0, audio: 0 };
  }

  /** Nothing is decoded: the budget has lines of its own. */
  shapes(): [] {
    return [];
  }

  /** The room's own session: what is received comes over another connection, which tells of itself. */
  connectionChanged(): void {
    // Nothing of it is in these files.
  }
}
