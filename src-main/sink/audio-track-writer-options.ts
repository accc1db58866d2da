import { caps } from '../contract/limits.js';
import type { FrameAccounting } from '../pipeline/accounting.js';
import type { AudioQueue } from '../pipeline/audio-queue.js';
import type { Semaphore } from '../pipeline/semaphore.js';
import type { TakeClock } from '../pipeline/take-clock.js';

/** How audio is handed over. */
export const audioWriting = {
  /** Frames go in blocks of this many: fewer writes, and still well below a video interval's lateness. */
  framesPerBlock: 4,
  /**
   * Where more have waited they go together: audio shares its pipe with video, and an encoder that has fallen behind lets
   * a write or two through for each frame. In small blocks most of it would be lost.
   */
  mostFramesPerBlock: caps.audioBlockFrames,
  /** Silence goes out in steps, each bounded by a permit. */
  silenceStepMs: 500,
  longGapMs: 500,
  /** How far behind now silence may be written: what is on its way must not fall into it. */
  silenceBehindMs: { absent: 200, starving: 1000 },
} as const;

/** Whether an encoder takes audio more slowly than it comes: a whole block waits behind those that are in flight. */
export function isHeldUp(inFlight: Semaphore, { depth }: AudioQueue): boolean {
  return !inFlight.hasLeft && depth >= audioWriting.mostFramesPerBlock;
}

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
  /** A write is done: what waited for audio to pass may go on. */
  readonly onPassed?: () => void;
  /** Nothing is queued or in flight any more, or nothing to come before the end of the segment. */
  readonly onDrained: () => void;
}
