import { z } from 'zod';
import { labNowMs } from '../pattern/lab-clock.js';

/** Nearer to its time than this a slot counts as punctual: timers have whole milliseconds, painting takes some. */
const punctualMs = 5;
/** Half a minute of a process that misses every slot of a camera and a microphone. */
const maxLateSlots = 4_096;

/** A slot that a publisher served after its time, or not at all. */
export const lateSlotSchema = z.object({
  identity: z.string(),
  medium: z.enum(['camera', 'screen', 'microphone']),
  /** Its time on the lab's clock: Unix milliseconds. */
  slotMs: z.number(),
  /** How long after it its frame was handed on; null when it was left out. */
  lateMs: z.number().nullable(),
});
export type LateSlot = z.infer<typeof lateSlotSchema>;

/** Whose slots a source serves. */
export type SlotOwner = Pick<LateSlot, 'identity' | 'medium'>;

/**
 * Which slots this process did not serve in time, so that a recording can be judged by what was sent and not
 * by what should have been.
 */
export class SlotLog {
  readonly #late: LateSlot[] = [];

  /** The newest late slots, in order. */
  get late(): readonly LateSlot[] {
    return this.#late;
  }

  /** To be called right before the slot's frame is handed to the SDK, or its packets to the network. */
  served({ identity, medium }: SlotOwner, slotMs: number, nowMs = labNowMs()): void {
    const lateMs = Math.round(nowMs - slotMs);
    if (lateMs > punctualMs) this.#add({ identity, medium, slotMs, lateMs });
  }

  /** So many slots right before `slotMs` were left out, because the process was late for them too. */
  leftOut({ identity, medium }: SlotOwner, slotMs: number, count: number, periodMs: number): void {
    for (let back = count; back > 0; back -= 1) {
      this.#add({ identity, medium, slotMs: slotMs - back * periodMs, lateMs: null });
    }
  }

  #add(slot: LateSlot): void {
    this.#late.push(slot);
    if (this.#late.length > maxLateSlots) this.#late.shift();
  }
}
