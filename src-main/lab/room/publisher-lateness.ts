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

/**
 * What happened between two readings. `maxLateMs` stays that of the whole time unless nothing was late in
 * between: the largest of a part cannot be told from two totals.
 */
export function latenessBetween(before: LatenessFigures, after: LatenessFigures): LatenessFigures {
  const lateSlots = after.lateSlots - before.lateSlots;
  return {
    slots: after.slots - before.slots,
    lateSlots,
    droppedSlots: after.droppedSlots - before.droppedSlots,
    maxLateMs: lateSlots === 0 ? Math.min(after.maxLateMs, lateSlotMs) : after.maxLateMs,
  };
}

/**
 * The sentence for a test that the machine could not carry, or null when the publisher was punctual.
 *
 * @param toleratedLateMs lateness that the assertion at hand can bear
 */
export function overloadSentence(figures: LatenessFigures, toleratedLateMs: number): string | null {
  const { lateSlots, droppedSlots, maxLateMs } = figures;
  if (droppedSlots === 0 && maxLateMs <= toleratedLateMs) return null;
  const dropped = droppedSlots === 0 ? '' : `, ${droppedSlots} dropped`;
  return `machine overloaded: publisher late by ${Math.round(maxLateMs)} ms in ${lateSlots} frames${dropped}`;
}
