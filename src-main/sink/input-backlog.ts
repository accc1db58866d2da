/**
 * From so much on the encoder is behind: three seconds in which it was fed without a rest. A start on a busy machine, and the second
 * of frames that waited for it, take two. Less than the audio that may wait meanwhile. In milliseconds.
 */
const behindFromMs = 3_000;
/** More is not remembered, so that an encoder that has caught up is soon known to have. In milliseconds. */
const mostBusyMs = 3_500;
/** One write counts for so much at most: a program that was stopped for five seconds is not slow. In milliseconds. */
const mostOfOneWriteMs = 1_000;
/** A millisecond of rest makes up for so many of work: an encoder that works four fifths of the time is at its limit. */
const restWeighs = 4;

/**
 * Whether an encoder can carry what it is handed: from how much of the time frames wait in its input. It is fed through a
 * pipe that holds less than a frame, so one that keeps up has nearly always taken the last frame when the next one comes.
 *
 * Times are milliseconds of one monotonic clock.
 */
export class InputBacklog {
  #inFlight = 0;
  #busyMs = 0;
  #sinceMs = 0;

  /** A frame is handed over. */
  handed(nowMs: number): void {
    if (this.#inFlight === 0) {
      this.#busyMs = Math.max(0, this.#busyMs - restWeighs * (nowMs - this.#sinceMs));
      this.#sinceMs = nowMs;
    }
    this.#inFlight += 1;
  }

  /** The encoder has taken one. */
  taken(nowMs: number): void {
    this.#busyMs = Math.min(mostBusyMs, this.#busyMs + Math.min(mostOfOneWriteMs, nowMs - this.#sinceMs));
    this.#sinceMs = nowMs;
    this.#inFlight -= 1;
  }

  /** Whether it has fallen behind, as of the last frame that was handed over or taken. */
  get isBehind(): boolean {
    return this.#busyMs >= behindFromMs;
  }
}
