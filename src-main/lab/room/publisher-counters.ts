import type { PublisherFigures } from './publisher-messages.js';
import { SlotLog } from './slot-log.js';

/** What this publisher process did so far, over all of its tracks. */
export class PublisherCounters {
  readonly slotLog = new SlotLog();
  #framesCaptured = 0;
  #slotsSkipped = 0;
  #captureMs = 0;

  addFrame(tookMs: number, slotsSkipped: number): void {
    this.#framesCaptured += 1;
    this.#slotsSkipped += slotsSkipped;
    this.#captureMs += tookMs;
  }

  /** Slots that nothing was made for, without a frame that would tell of them. */
  addSkipped(slotsSkipped: number): void {
    this.#slotsSkipped += slotsSkipped;
  }

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
