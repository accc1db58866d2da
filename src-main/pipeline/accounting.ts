import { type DropCause, noDrops } from '../contract/drop-causes.js';
import type { Accounting } from '../contract/manifest.js';

/**
 * Counts what becomes of each frame of one stream. The hot path bumps the fields in place; readers take
 * a copy with {@link FrameAccounting.snapshot}.
 *
 * Always true: received = written + dropped (all causes) + queued.
 */
export class FrameAccounting {
  received = 0;
  written = 0;
  queued = 0;
  readonly dropped: Record<DropCause, number> = noDrops();

  /** A frame came in and was refused. */
  receiveAndDrop(cause: DropCause): void {
    this.received += 1;
    this.dropped[cause] += 1;
  }

  /** A frame came in and was accepted into a queue. */
  receiveAndQueue(): void {
    this.received += 1;
    this.queued += 1;
  }

  /** A queued frame was handed over completely. */
  writeQueued(): void {
    this.queued -= 1;
    this.written += 1;
  }

  /** Frames that were handed over are in no file: their encoder ended before they were on disk. */
  loseWritten(frames: number): void {
    const lost = Math.min(frames, this.written);
    this.written -= lost;
    this.dropped.encoderLost += lost;
  }

  /** A queued frame was given up. */
  dropQueued(cause: DropCause): void {
    this.queued -= 1;
    this.dropped[cause] += 1;
  }

  /** A copy that later frames do not change. */
  snapshot(): Accounting {
    return {
      received: this.received,
      written: this.written,
      queued: this.queued,
      dropped: { ...this.dropped },
    };
  }
}
