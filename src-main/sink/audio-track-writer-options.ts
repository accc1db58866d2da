import type { FrameAccounting } from '../pipeline/accounting.js';
import type { AudioQueue } from '../pipeline/audio-queue.js';
import type { Semaphore } from '../pipeline/semaphore.js';
import type { TakeClock } from '../pipeline/take-clock.js';

/** What an audio track is written with; all of it belongs to the sink. */
export interface AudioTrackWriterOptions {
  readonly clock: TakeClock;
  readonly queue: AudioQueue;
  readonly inFlight: Semaphore;
  readonly accounting: FrameAccounting;
  /** Milliseconds of PCM in each frame. */
  readonly frameMs: number;
  /** Frames were missing and the timeline shows silence instead. */
  readonly onGap: (gapMs: number) => void;
  /** Audio that goes on was moved: some put in when positive, left out when negative, in milliseconds. */
  readonly onCorrection: (correctionMs: number) => void;
  /** Nothing is queued or in flight any more. */
  readonly onDrained: () => void;
}
