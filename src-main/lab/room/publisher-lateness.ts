import { z } from 'zod';

/**
 * Later than this a frame or a piece of audio counts as late: more than a frame of 60 fps, and below the
 * tightest bound that a test sets to the distance of flash and beep.
 */
export const lateSlotMs = 20;

/** How punctual a publisher was. A slot is one frame or one piece of audio that the clock asked for. */
export const latenessSchema = z.object({
  /** Slots that were handed over or dropped. */
  slots: z.number(),
  /** Handed over more than {@link lateSlotMs} after their time. */
  lateSlots: z.number(),
  /** Never handed over: too late, or the one before was not finished. */
  droppedSlots: z.number(),
  /** The latest that was handed over, in milliseconds after its time. */
  maxLateMs: z.number(),
});
export type LatenessFigures = z.infer<typeof latenessSchema>;

/** Counts how late the slots of one source were. */
export class Lateness {
  #slots = 0;
  #lateSlots = 0;
  #droppedSlots = 0;
  #maxLateMs = 0;

  /** A slot is handed over so many milliseconds after its time; early ones count as punctual. */
  noteSlot(lateMs: number): void {
    this.#slots += 1;
    if (lateMs > lateSlotMs) this.#lateSlots += 1;
    if (lateMs > this.#maxLateMs) this.#maxLateMs = lateMs;
  }

  /** Slots that will never be handed over. */
  noteDropped(count: number): void {
    this.#slots += count;
    this.#droppedSlots += count;
  }

  /** The counts up to now; the object does not change afterwards. */
  get figures(): LatenessFigures {
    return {
      slots: this.#slots,
      lateSlots: this.#lateSlots,
      droppedSlots: this.#droppedSlots,
      maxLateMs: this.#maxLateMs,
    };
  }
}

/** The figures of several sources as of one. */
export function sumLateness(all: readonly LatenessFigures[]): LatenessFigures {
  return {
    slots: all.reduce((sum, { slots }) => sum + slots, 0),
    lateSlots: all.reduce((sum, { lateSlots }) => sum + lateSlots, 0),
    droppedSlots: all.reduce((sum, { droppedSlots }) => sum + droppedSlots, 0),
    maxLateMs: all.reduce((max, { maxLateMs }) => Math.max(max, maxLateMs), 0),
  };
}
