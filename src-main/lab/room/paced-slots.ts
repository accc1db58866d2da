import { labNowMs } from '../pattern/lab-clock.js';

/**
 * Calls back at the whole multiples of a period on the lab's clock: an absolute schedule, so that no delay
 * adds up and all sources with the same period fire together. Of the slots that were missed only the newest
 * is delivered.
 */
export class PacedSlots {
  readonly periodMs: number;
  readonly #onSlot: (slotMs: number, skippedCount: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #nextSlot = 0;

  /** @param onSlot gets the slot's time and how many slots were left out before it */
  constructor(periodMs: number, onSlot: (slotMs: number, skippedCount: number) => void) {
    this.periodMs = periodMs;
    this.#onSlot = onSlot;
  }

  /** Whether slots are called back: from {@link start} to {@link stop}. */
  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  /** Starts with the next slot. Does nothing while running. */
  start(): void {
    if (this.isRunning) return;
    this.#nextSlot = Math.floor(labNowMs() / this.periodMs) + 1;
    this.#arm();
  }

  /** Calls back no more; the next {@link start} does not make up for the slots between. Idempotent. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    const delayMs = Math.max(0, Math.ceil(this.#nextSlot * this.periodMs - labNowMs()));
    this.#timer = setTimeout(() => this.#deliver(), delayMs);
  }

  #deliver(): void {
    // A timer may fire a fraction early: such a slot waits for its time.
    const dueSlot = Math.floor((labNowMs() + 0.2) / this.periodMs);
    if (dueSlot >= this.#nextSlot) {
      const skippedCount = dueSlot - this.#nextSlot;
      this.#nextSlot = dueSlot + 1;
      this.#onSlot(dueSlot * this.periodMs, skippedCount);
    }
    // The callback may have stopped the slots.
    if (this.#timer !== undefined) this.#arm();
  }
}
