import { seededRandom } from './seeded-random.js';

/** What a way does to the packets on it, in both directions alike. */
export interface Impairment {
  /** Share of the packets that never arrive, 0 to 1. */
  readonly lossRatio: number;
  /** Each packet is up to so many milliseconds late, by itself: they overtake one another. */
  readonly jitterMs: number;
}

/** A way that does nothing to them. */
export const unimpaired: Impairment = { lossRatio: 0, jitterMs: 0 };

/** Beyond it a packet is lost, as in a router. At 2,000 packets a second it is ten seconds. */
const capPackets = 20_000;
/** Node's shortest timer: packets leave late by so much at most. */
const tickMs = 1;

interface Waiting {
  readonly dueMs: number;
  readonly deliver: () => void;
}

/**
 * Loses and delays packets by chance, the same for the same seed. It has one timer, which runs while packets wait, and
 * keeps at most 20,000 of them.
 */
export class ImpairedQueue {
  #impairment: Impairment = unimpaired;
  readonly #random: () => number;
  readonly #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param seed of its random numbers */
  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** From now on; packets that wait keep their time. */
  set impairment(impairment: Impairment) {
    this.#impairment = impairment;
  }

  /** Delivers a packet at once, later, or never. */
  push(deliver: () => void): void {
    const { lossRatio, jitterMs } = this.#impairment;
    if (lossRatio > 0 && this.#random() < lossRatio) return;
    if (jitterMs === 0) {
      deliver();
      return;
    }
    if (this.#waiting.length >= capPackets) return;
    const dueMs = performance.now() + this.#random() * jitterMs;
    // They come nearly in order: the place is near the end.
    let at = this.#waiting.length;
    while (at > 0 && (this.#waiting[at - 1]?.dueMs ?? 0) > dueMs) at -= 1;
    this.#waiting.splice(at, 0, { dueMs, deliver });
    this.#timer ??= setInterval(() => this.#deliverDue(), tickMs);
  }

  /** Nothing that waits is delivered any more. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#waiting.length = 0;
  }

  #deliverDue(): void {
    const nowMs = performance.now();
    let due = 0;
    while (due < this.#waiting.length && (this.#waiting[due]?.dueMs ?? 0) <= nowMs) due += 1;
    for (const { deliver } of this.#waiting.splice(0, due)) deliver();
    if (this.#waiting.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
