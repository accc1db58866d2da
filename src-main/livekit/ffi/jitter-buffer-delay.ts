/** In its first moments a jitter buffer fills: until then it is not worth following. */
const settleMs = 250;

/**
 * A buffer that keeps what arrives so much longer, or shorter, than before is changing. A reading is the mean of a second:
 * a step of twice as much in its middle is no more than this.
 */
const changeMs = 12;

/** A buffer that keeps more than this was filled by a standstill, and empties by 20 ms from one reading to the next (measured). */
const restlessMs = 150;

/**
 * How long WebRTC's jitter buffer presently keeps what has arrived before it plays it out, from the two
 * counters of the W3C's webrtc-stats that only grow: `jitterBufferDelay` (seconds, summed over all samples or
 * frames) and `jitterBufferEmittedCount`.
 */
export class JitterBufferDelay {
  #startedAtMs: number | null = null;
  #delaySeconds = 0;
  #emittedCount = 0;
  #ms: number | null = null;
  #wasIdle = false;
  #isChanging = false;

  /** Between the latest two readings; null until the buffer has settled. */
  get ms(): number | null {
    return this.#ms;
  }

  /** Whether the latest reading differs from the one before, is the first after a pause, or is so long that it cannot stay: the next one is worth having soon. */
  get isChanging(): boolean {
    return this.#isChanging;
  }

  /**
   * Takes a reading of the two counters; one in which nothing was emitted is passed over.
   *
   * @param nowMs a clock that only goes forward
   * @param delaySeconds `jitterBufferDelay`, seconds since the track began
   * @param emittedCount `jitterBufferEmittedCount`, samples or frames since the track began
   */
  read(nowMs: number, delaySeconds: number, emittedCount: number): void {
    const emitted = emittedCount - this.#emittedCount;
    this.#isChanging = false;
    if (emitted <= 0) {
      this.#wasIdle = true;
      return;
    }
    this.#startedAtMs ??= nowMs;
    if (nowMs - this.#startedAtMs >= settleMs) {
      const ms = (1000 * (delaySeconds - this.#delaySeconds)) / emitted;
      this.#isChanging = this.#wasIdle || ms > restlessMs || Math.abs(ms - (this.#ms ?? ms)) > changeMs;
      this.#ms = ms;
    }
    this.#wasIdle = false;
    this.#delaySeconds = delaySeconds;
    this.#emittedCount = emittedCount;
  }
}
