/** Microseconds of the local monotonic clock (CLOCK_MONOTONIC), the clock WebRTC stamps frames with. */
export function monotonicUs(): number {
  // A double holds microseconds exactly for 285 years of uptime.
  return Number(process.hrtime.bigint() / 1000n);
}

/** The timeline of one take: 0 is the moment it started. Pauses of the wall clock do not touch it. */
export class TakeClock {
  readonly startUs: number;

  constructor(startUs: number = monotonicUs()) {
    this.startUs = startUs;
  }

  /** Milliseconds since the take started. */
  nowMs(): number {
    return this.toMs(monotonicUs());
  }

  /** Milliseconds of the take at `us` of the monotonic clock; negative before its start. */
  toMs(us: number): number {
    return (us - this.startUs) / 1000;
  }
}

/**
 * Beyond this distance from its arrival a timestamp cannot be a render time of this machine's clock: WebRTC renders
 * what its jitter buffer holds, and that is some hundred milliseconds.
 */
const sameClockToleranceUs = 2_000_000;
/** In windows of this length, 15 frames at 30 fps, the least late frame tells whether render times lie before the arrivals. */
const windowUs = 500_000;
/** How fast frames that were moved return to their own times: less than an interval between two of them. */
const maxReturnUs = 5_000;
/** WebRTC decodes a frame this long before it is to be rendered (`render_delay`), for a screen that needs the time. */
const renderDelayUs = 10_000;

/**
 * Places the frames of one stream on the monotonic clock: by their timestamps, so that jitter of
 * arrival does not show. Render times of the local monotonic clock are taken as they are; timestamps
 * of another epoch are anchored at the arrival of their first frame and followed by their deltas;
 * frames without a timestamp stand where they arrived.
 *
 * Render times are those of a screen, which come some milliseconds after the frame: that delay is taken off, for audio
 * has none of it. No frame is shown before it arrived: times that say so for a whole window (WebRTC estimates the
 * sender's clock, and is wrong by up to 100 ms in the first seconds of some streams) are moved to the arrivals.
 */
export class VideoClock {
  #offsetUs: number | null = null;
  #movedUs = 0;
  #leastLateUs = Infinity;
  #windowEndUs: number | null = null;

  /**
   * Places the next frame of the stream; frames are placed in the order of their arrival. Allocates nothing.
   *
   * @param timestampUs WebRTC's, in microseconds; 0 or below means that there is none
   * @param arrivalUs when the frame came in, in microseconds of the monotonic clock
   * @returns when the frame is shown, in microseconds of the monotonic clock
   */
  place(timestampUs: number, arrivalUs: number): number {
    if (timestampUs <= 0) return arrivalUs;
    if (
      this.#offsetUs === null ||
      Math.abs(timestampUs + this.#offsetUs - arrivalUs) > sameClockToleranceUs
    ) {
      this.#offsetUs =
        Math.abs(timestampUs - arrivalUs) <= sameClockToleranceUs ? -renderDelayUs : arrivalUs - timestampUs;
    }
    const placedUs = timestampUs + this.#offsetUs + this.#movedUs;
    this.#leastLateUs = Math.min(this.#leastLateUs, arrivalUs - placedUs);
    this.#windowEndUs ??= arrivalUs + windowUs;
    if (arrivalUs >= this.#windowEndUs) this.#closeWindow(arrivalUs);
    return placedUs;
  }

  #closeWindow(arrivalUs: number): void {
    const lateUs = this.#leastLateUs;
    this.#movedUs += lateUs > 0 ? lateUs : -Math.min(this.#movedUs, maxReturnUs, -lateUs);
    this.#leastLateUs = Infinity;
    this.#windowEndUs = arrivalUs + windowUs;
  }
}
