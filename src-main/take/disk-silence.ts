import type { RecordingSink } from '../sink/recording-sink.js';

/** A disk that takes nothing for so long has failed, when there is another folder to go on in: milliseconds. */
export const silentDiskMs = 10_000;
/** While this process stands still nothing can be written: a time between two looks counts for no more. In milliseconds. */
const mostPerLookMs = 1_000;

/** What the disk of some files has taken, and what waits for it. */
export interface DiskBytes {
  readonly writtenBytes: number;
  readonly queuedBytes: number;
}

/** That of all of them; what an earlier part has left waits for another disk, perhaps. */
export function diskBytesOf(
  sinks: readonly Pick<RecordingSink, 'diskQueueBytes' | 'writtenBytes'>[],
): DiskBytes {
  let [writtenBytes, queuedBytes] = [0, 0];
  for (const sink of sinks) {
    writtenBytes += sink.writtenBytes;
    queuedBytes += sink.diskQueueBytes;
  }
  return { writtenBytes, queuedBytes };
}

/** For how long a disk has taken nothing of what waits for it. */
export class DiskSilence {
  #lookedAtMs: number | null = null;
  #writtenBytes = -1;
  #silentMs = 0;

  /**
   * Looks once more.
   *
   * @param nowMs of a monotonic clock, in milliseconds
   * @param disk that of all files
   * @returns whether it has failed
   */
  look(nowMs: number, disk: DiskBytes): boolean {
    const passedMs = Math.min(mostPerLookMs, nowMs - (this.#lookedAtMs ?? nowMs));
    this.#lookedAtMs = nowMs;
    const isSilent = disk.queuedBytes > 0 && disk.writtenBytes === this.#writtenBytes;
    this.#writtenBytes = disk.writtenBytes;
    this.#silentMs = isSilent ? this.#silentMs + passedMs : 0;
    return this.#silentMs >= silentDiskMs;
  }

  /** There is another disk now. */
  restart(): void {
    this.#silentMs = 0;
  }
}
