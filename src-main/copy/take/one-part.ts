import { PlateauError } from '../../contract/errors.js';
import type { Cut } from '../../sink/file-parts.js';
import type { FailedFrames } from '../../take/move-loss.js';

/**
 * What a take of parts, or one that goes on elsewhere, would need of its files: a copied one is neither, and nothing of it is
 * encoded.
 */
export abstract class OnePart {
  readonly isReducible = false;
  readonly encoders = [];

  /** A copied take is one part. @throws PlateauError `invalidState` */
  cut(): Cut {
    throw new PlateauError(
      'invalidState',
      'A take in copy mode cannot be split.',
      'Stop it and start another one, or record with --mode encode.',
    );
  }

  /** It goes on nowhere else. */
  goOnAt(): void {
    // A file whose disk has failed has ended.
  }

  /** There is one part. */
  hasEnded(): boolean {
    return false;
  }

  /** There is one part. */
  isSettled(): boolean {
    return false;
  }

  /** There is one part. */
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
