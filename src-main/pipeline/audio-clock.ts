/**
 * Arrivals are judged in windows of this length: within one, the least late frame tells the clock. A window holds 100
 * frames of 10 ms, enough for one that nothing has held up.
 */
const windowMs = 1000;
/**
 * After the start the clock may only be too late, never too early: it follows at once for this long. What
 * waited in the native queue while the stream was opened came late, and has passed by then.
 */
const settleMs = 2000;
/**
 * How much the clock is moved per window to follow the arrivals: 0.1 %, ten times the error of a bad sample clock (100
 * ppm).
 */
const maxSlewMs = 1;
/**
 * A deviation this large over a whole window is no drift: frames were lost, and the clock jumps. Drift moves 1 ms per
 * window at most, and six frames of 10 ms are a loss; below, the audio would still pass as in sync (ITU-R BT.1359: 45 ms
 * early to 125 ms late).
 */
const jumpMs = 60;

/**
 * Places the audio frames of one stream on the monotonic clock. Audio frames carry no timestamps, so
 * the first arrival is the anchor and the samples count from there; arrivals are only ever late, so the
 * least late one of each window shows how the sample count drifts against the clock, and the anchor is
 * moved after it by at most 1 ms per second. Over hours the error stays within jitter by construction.
 */
export class AudioClock {
  #anchorMs: number | null = null;
  #receivedMs = 0;
  #positionMs = 0;
  #settledAtMs = 0;
  #windowEndMs = 0;
  #leastLateMs = Infinity;
  #driftMs = 0;
  #jumps = 0;

  /** Sum of all corrections so far: how far the sample count has drifted from the clock. */
  get driftMs(): number {
    return this.#driftMs;
  }

  /** Where the frame that was placed last begins, in milliseconds of samples since the first frame. */
  get positionMs(): number {
    return this.#positionMs;
  }

  /** Where such a position stands by what is known now, in the clock of the arrivals. */
  timeOf(positionMs: number): number {
    return (this.#anchorMs ?? 0) + positionMs;
  }

  /** Frames may have been lost, or come late in a burst: the next ones anchor the clock anew, at once. */
  resync(): void {
    this.#anchorMs = null;
    this.#leastLateMs = Infinity;
  }

  /** How often frames had been lost between two windows. */
  get jumps(): number {
    return this.#jumps;
  }

  /**
   * Places the next frame of the stream; frames are placed in the order of their arrival. Allocates nothing.
   *
   * @param arrivalMs when the frame came in, in milliseconds of a monotonic clock
   * @param durationMs how much audio it holds, in milliseconds
   * @returns where its first sample stands, in the clock of `arrivalMs`
   */
  place(arrivalMs: number, durationMs: number): number {
    // A frame is complete when its last sample has been played out: it began one duration earlier.
    const beganMs = arrivalMs - durationMs;
    if (this.#anchorMs === null) {
      this.#anchorMs = beganMs - this.#receivedMs;
      this.#settledAtMs = arrivalMs + settleMs;
      this.#windowEndMs = arrivalMs + windowMs;
    }
    const latenessMs = beganMs - (this.#anchorMs + this.#receivedMs);
    if (latenessMs < 0 && arrivalMs < this.#settledAtMs) {
      this.#anchorMs += latenessMs;
      this.#leastLateMs = Math.min(this.#leastLateMs, 0);
    } else if (latenessMs < this.#leastLateMs) {
      this.#leastLateMs = latenessMs;
    }
    if (arrivalMs >= this.#windowEndMs) this.#closeWindow(arrivalMs);
    const placedMs = this.#anchorMs + this.#receivedMs;
    this.#positionMs = this.#receivedMs;
    this.#receivedMs += durationMs;
    return placedMs;
  }

  #closeWindow(arrivalMs: number): void {
    const deviationMs = this.#leastLateMs;
    const isJump = Math.abs(deviationMs) > jumpMs;
    const correctionMs = isJump ? deviationMs : Math.max(-maxSlewMs, Math.min(maxSlewMs, deviationMs));
    this.#anchorMs = (this.#anchorMs ?? arrivalMs) + correctionMs;
    if (isJump) this.#jumps += 1;
    else this.#driftMs += correctionMs;
    this.#leastLateMs = Infinity;
    this.#windowEndMs = arrivalMs + windowMs;
  }
}
