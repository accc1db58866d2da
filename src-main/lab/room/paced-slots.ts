import { labNowMs } from '../pattern/lab-clock.js';

/** `skip`: only the newest missed slot is delivered. `catchUp`: all of them, in order. */
export type LatePolicy = 'skip' | 'catchUp';

/**
 * Calls back at every whole multiple of a period on the lab's clock: an absolute schedule, so that no
 * delay adds up and all sources with the same period fire together.
 */
export class PacedSlots {
  #timer: NodeJS.Timeout | undefined;
  #nextSlot = 0;

  constructor(
    private readonly periodMs: number,
    private readonly latePolicy: LatePolicy,
    /** Gets the slot's time and how many slots were left out before it. */
    private readonly onSlot: (slotMs: number, skippedCount: number) => void,
  ) {}

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  /** Starts with the next slot. Does nothing while running. */
  start(): void {
    if (this.isRunning) return;
    this.#nextSlot = Math.floor(labNowMs() / this.periodMs) + 1;
    this.arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  private arm(): void {
    const delayMs = Math.max(0, Math.ceil(this.#nextSlot * this.periodMs - labNowMs()));
    this.#timer = setTimeout(() => this.deliver(), delayMs);
  }

  private deliver(): void {
    // A timer may fire a fraction early: such a slot waits for its time.
    const dueSlot = Math.floor((labNowMs() + 0.2) / this.periodMs);
    const skippedCount = this.latePolicy === 'skip' ? Math.max(0, dueSlot - this.#nextSlot) : 0;
    this.#nextSlot += skippedCount;
    while (this.#nextSlot <= dueSlot) {
      const slotMs = this.#nextSlot * this.periodMs;
      this.#nextSlot += 1;
      this.onSlot(slotMs, skippedCount);
    }
    // The callback may have stopped the slots.
    if (this.#timer !== undefined) this.arm();
  }
}
