import type { PublisherFigures } from './publisher-messages.js';
import { SlotLog } from './slot-log.js';

/** What this publisher process did so far, over all of its tracks. */
export class PublisherCounters {
  readonly slotLog = new SlotLog();
  #framesCaptured = 0;
  #slotsSkipped = 0;
  #captureMs = 0;

  /**
   * A frame was handed over.
   *
   * @param tookMs time for painting it and handing it over; 0 for a frame of a clip
   * @param slotsSkipped slots right before it that were left out
   */
  addFrame(tookMs: number, slotsSkipped: number): void {
    this.#framesCaptured += 1;
    this.#slotsSkipped += slotsSkipped;
    this.#captureMs += tookMs;
  }

  /** Slots that nothing was made for, without a frame that would tell of them. */
  addSkipped(slotsSkipped: number): void {
    this.#slotsSkipped += slotsSkipped;
  }

  /**
   * What was counted up to now, with the CPU time and the memory of the whole process.
   *
   * @param participants figures of each participant, which go into it as they are
   */
  figures(participants: PublisherFigures['participants']): PublisherFigures {
    const { user, system } = process.cpuUsage();
    return {
      cpuMs: (user + system) / 1000,
      rssBytes: process.memoryUsage.rss(),
      framesCaptured: this.#framesCaptured,
      slotsSkipped: this.#slotsSkipped,
      lateSlots: [...this.slotLog.late],
      captureMs: this.#captureMs,
      participants,
    };
  }
}
