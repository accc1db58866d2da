/** An encoder that dies again and again will not be helped by one more start. */
const maxRestarts = 10;
/** Whatever ended it (no memory, somebody's kill) gets a moment to pass: milliseconds. */
const restartPauseMs = 1_000;

/** When an encoder that died is replaced, and when no more: a budget of starts over the whole file. */
export class RestartSchedule {
  #restarts = 0;
  #dueAtMs: number | null = null;

  /**
   * Asks for one more start.
   *
   * @param nowMs milliseconds on the take's timeline
   * @param pauseMs how long to wait first
   * @returns false when the budget is used up
   */
  request(nowMs: number, pauseMs: number = restartPauseMs): boolean {
    if (this.#restarts >= maxRestarts) return false;
    this.#restarts += 1;
    this.#dueAtMs = nowMs + pauseMs;
    return true;
  }

  /** Whether the start that was asked for is to be made now; true once for each. */
  takeDue(nowMs: number): boolean {
    if (this.#dueAtMs === null || nowMs < this.#dueAtMs) return false;
    this.#dueAtMs = null;
    return true;
  }

  /** The start that was asked for is not wanted any more. */
  cancel(): void {
    this.#dueAtMs = null;
  }
}
