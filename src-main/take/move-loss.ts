import type { ManifestFolder } from '../contract/manifest.js';
import type { RecordingSink } from '../sink/recording-sink.js';

/** Frames that were received and that encoders or disks have failed to keep, over all files; those of audio are 10 ms long. */
export interface FailedFrames {
  readonly video: number;
  readonly audio: number;
}

/** Those of some files, since they began. */
export function failedFramesOf(
  sinks: readonly Pick<RecordingSink, 'audioAccounting' | 'videoAccounting'>[],
): FailedFrames {
  let [video, audio] = [0, 0];
  for (const { audioAccounting, videoAccounting } of sinks) {
    video += videoAccounting.dropped.encoderLost + videoAccounting.dropped.sinkFailed;
    audio += audioAccounting.dropped.encoderLost + audioAccounting.dropped.sinkFailed;
  }
  return { video, audio };
}

type Lost = Pick<NonNullable<ManifestFolder['moved']>, 'lostFrames' | 'lostAudioMs'>;

/** Encoders for the other folder stand so long after those before have ended; on a busy machine a few seconds later. Milliseconds. */
const settledAfterMs = 5_000;

/** What a take has lost by going on in another folder: what failed from the failure of its disk on. */
export class MoveLoss {
  readonly #before: FailedFrames;
  #lost: Lost = { lostFrames: 0, lostAudioMs: 0 };
  /** When the last encoder in the folder before had ended. */
  #overSinceMs: number | null = null;
  #isSettled = false;

  /** @param before what had failed before the disk did */
  constructor(before: FailedFrames) {
    this.#before = before;
  }

  /** As far as it is known. */
  get lost(): Lost {
    return this.#lost;
  }

  /**
   * Reckons it anew.
   *
   * @param failed up to now
   * @param isOver every encoder in the folder before has ended: what fails when the next ones stand is another matter
   * @param nowMs of any clock that only goes forward
   */
  update(failed: FailedFrames, isOver: boolean, nowMs: number): void {
    if (this.#isSettled) return;
    if (isOver) this.#overSinceMs ??= nowMs;
    this.#isSettled = this.#overSinceMs !== null && nowMs - this.#overSinceMs >= settledAfterMs;
    this.#lost = {
      lostFrames: Math.max(0, failed.video - this.#before.video),
      lostAudioMs: 10 * Math.max(0, failed.audio - this.#before.audio),
    };
  }
}
