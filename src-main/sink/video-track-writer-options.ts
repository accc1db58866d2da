import type { FrameAccounting } from '../pipeline/accounting.js';
import type { FrameQueue } from '../pipeline/frame-queue.js';
import type { FrameRateLimit } from '../pipeline/frame-rate-limit.js';
import type { Semaphore } from '../pipeline/semaphore.js';
import type { TakeClock } from '../pipeline/take-clock.js';

/** What a video track is written with; all of it belongs to the sink. */
export interface VideoTrackWriterOptions {
  readonly clock: TakeClock;
  readonly queue: FrameQueue;
  readonly inFlight: Semaphore;
  readonly accounting: FrameAccounting;
  /** Frames per second of a constant rate; null for a variable one. */
  readonly constantFps: number | null;
  readonly maxFps: number | null;
  /** Set by the memory governor. */
  readonly frameRateLimit: FrameRateLimit;
  /** A screen that does not change sends no frames: no pause of it is a gap. */
  readonly canPause: boolean;
  readonly onLongGap: (gapMs: number) => void;
  /** Nothing is queued or in flight any more. */
  readonly onDrained: () => void;
}
