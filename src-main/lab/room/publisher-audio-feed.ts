import type { Lateness } from './publisher-lateness.js';

/**
 * How much late audio is sent after all, in order, without shifting what follows. What is older is dropped:
 * a process that cannot keep up must not fall behind further and further.
 */
const maxBacklogMs = 500;

export interface AudioFeedOptions {
  readonly periodMs: number;
  /** Hands one piece of audio over; resolves when the next may follow. A rejection ends the feed. */
  readonly capture: (slotMs: number) => Promise<void>;
  readonly lateness: Lateness;
  readonly nowMs: () => number;
}

/**
 * Hands audio over one piece at a time. While a piece is under way, the due ones are two numbers, never a
 * queue; beyond {@link maxBacklogMs} the oldest are dropped and counted.
 */
export class PublisherAudioFeed {
  readonly #options: AudioFeedOptions;
  /** Number of the next piece, counted from the clock's zero; undefined before the first. */
  #nextSlot: number | undefined;
  #dueSlot = 0;
  #isUnderWay = false;
  #isEnded = false;

  constructor(options: AudioFeedOptions) {
    this.#options = options;
  }

  /** Pieces that are due and not handed over yet, without the one under way. */
  get backlogSlots(): number {
    return this.#nextSlot === undefined ? 0 : this.#dueSlot - this.#nextSlot + 1;
  }

  /** All pieces up to that of this time are due. */
  due(slotMs: number): void {
    const { periodMs, lateness } = this.#options;
    this.#dueSlot = Math.round(slotMs / periodMs);
    this.#nextSlot ??= this.#dueSlot;
    const excess = this.backlogSlots - Math.floor(maxBacklogMs / periodMs);
    if (excess > 0) {
      this.#nextSlot += excess;
      lateness.noteDropped(excess);
    }
    if (!this.#isUnderWay && !this.#isEnded) void this.#handOver();
  }

  /** Nothing is handed over any more; a piece that is under way is left to itself. */
  end(): void {
    this.#isEnded = true;
  }

  async #handOver(): Promise<void> {
    const { periodMs, capture, lateness, nowMs } = this.#options;
    this.#isUnderWay = true;
    try {
      while (!this.#isEnded && this.#nextSlot !== undefined && this.#nextSlot <= this.#dueSlot) {
        const slotMs = this.#nextSlot * periodMs;
        this.#nextSlot += 1;
        lateness.noteSlot(nowMs() - slotMs);
        await capture(slotMs);
      }
    } catch {
      // The source was closed meanwhile: nobody waits for the audio.
      this.#isEnded = true;
    } finally {
      this.#isUnderWay = false;
    }
  }
}
