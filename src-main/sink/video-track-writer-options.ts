import type { FrameAccounting } from '../pipeline/accounting.js';
import type { FrameQueue } from '../pipeline/frame-queue.js';
import type { FrameRateLimit } from '../pipeline/frame-rate-limit.js';
import type { Semaphore } from '../pipeline/semaphore.js';
import type { TakeClock } from '../pipeline/take-clock.js';

/** How video is placed, and what stands in for it. */
export const videoWriting = {
  /** A camera's jitter buffer on a calm network (measured), until a stream's own figure is known. */
  usualDelayMs: 15,
  /** A millisecond for each frame of 30 fps. */
  delaySlewMsPerSecond: 30,
  /** ffmpeg holds the other stream back when one is silent: at least one frame a second keeps it bounded. */
  fillEveryMs: 1000,
  /** Filler stands this far in the past, so that frames on their way are not older than it. */
  fillBehindMs: 200,
  /** A slot that begins this near to the end of its segment is not of it. */
  roundingMs: 0.5,
} as const;

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
  /** Nothing is queued or in flight any more, or nothing to come before the end of the segment. */
  readonly onDrained: () => void;
}
