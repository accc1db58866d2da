/** A tick that comes so late found the event loop blocked: what came meanwhile has not been read yet. */
const lateMs = 100;

/**
 * Tells ticks before which the event loop was blocked. Timers run before sockets are read, so that such a tick would give up
 * packets that wait in the kernel. The next one is taken again however late it is: on a busy machine all are.
 */
export class LateTicks {
  #tickedMs: number;
  #wasLate = false;

  constructor(nowMs: number) {
    this.#tickedMs = nowMs;
  }

  /** How long the loop was blocked, for a tick that is to be left out; 0 for one to be taken. To be called once for each. */
  blockedMs(nowMs: number): number {
    const sinceMs = nowMs - this.#tickedMs;
    this.#tickedMs = nowMs;
    this.#wasLate = sinceMs > lateMs && !this.#wasLate;
    return this.#wasLate ? sinceMs : 0;
  }
}
