/**
 * Sooner, and packets are asked for that are only out of order; later, and audio, which is given up after
 * `receiveCaps.audioWaitMs`, has no time for a second request.
 */
const leastHoldMs = 10;
const mostHoldMs = 80;
/** A measured delay counts half after so long without another one. */
const halfLifeMs = 10_000;

/** How far packets are out of order on a way, measured from those that came late without being asked for. */
export class ReorderDelay {
  #delayMs = 0;
  #notedMs = 0;

  /** A packet came so long after a later one. */
  note(delayMs: number, nowMs: number): void {
    const remembered = this.#remembered(nowMs);
    this.#delayMs = delayMs > remembered ? delayMs : remembered + (delayMs - remembered) / 16;
    this.#notedMs = nowMs;
  }

  /**
   * How long a missing packet may just be out of order before it is asked for: half as much again as was measured, from
   * 10 to 80 ms.
   */
  holdMs(nowMs: number): number {
    return Math.min(mostHoldMs, Math.max(leastHoldMs, 1.5 * this.#remembered(nowMs)));
  }

  #remembered(nowMs: number): number {
    return this.#delayMs * 2 ** (-(nowMs - this.#notedMs) / halfLifeMs);
  }
}
