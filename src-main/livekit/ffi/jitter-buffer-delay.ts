/** In its first moments a jitter buffer fills: until then it is not worth following. */
const settleMs = 250;

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

  /** Between the latest two readings; null until the buffer has settled. */
  get ms(): number | null {
    return this.#ms;
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
    if (emitted <= 0) return;
    this.#startedAtMs ??= nowMs;
    if (nowMs - this.#startedAtMs >= settleMs) {
      this.#ms = (1000 * (delaySeconds - this.#delaySeconds)) / emitted;
    }
    this.#delaySeconds = delaySeconds;
    this.#emittedCount = emittedCount;
  }
}
