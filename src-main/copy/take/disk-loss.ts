import type { FailedFrames } from '../../take/move-loss.js';
import type { PartAccount } from '../file/part-marks.js';
import { accountOf } from './copy-account.js';

const nothing: FailedFrames = { video: 0, audio: 0 };

/**
 * What a part of a file lacks because its disk has failed: what that had no room for or refused, what it had not written, and
 * pictures that build on those, up to where the file goes on on another disk.
 */
export class DiskLoss {
  /** Pictures that had waited for a key frame when the disk failed; null while it has not. */
  #awaitedBefore: number | null = null;

  /** The disk takes no more. @param account of the part up to then */
  failed({ audio, video }: PartAccount): void {
    this.#awaitedBefore ??= accountOf(video, audio).video.dropped.awaitingKey;
  }

  /** All of it by now; frames of audio are 10 ms long. @param account of the part */
  of({ audio, video }: PartAccount): FailedFrames {
    const before = this.#awaitedBefore;
    const refused = video.line.dropped.writerFull + audio.line.dropped.writerFull;
    if (before === null && refused === 0) return nothing;
    const counted = accountOf(video, audio);
    const { awaitingKey, diskBehind } = counted.video.dropped;
    const awaited = before === null ? 0 : Math.max(0, awaitingKey - before);
    return { video: diskBehind + awaited, audio: counted.audio.dropped.diskBehind };
  }
}
