/**
 * A camera whose packets come is decoded from its first key frame on, and who publishes is asked for one at once. One that
 * comes a second later than that, as those of a file that is sent as it is, leaves a hole: what was sent before cannot be
 * shown. In milliseconds, and with what lies between two readings.
 */
export const longWaitMs = 1_200;
/**
 * Packets that came in so many readings after the first: those of one frame come within two. A camera that sends one in two seconds sends
 * nothing while its next one is waited for, and what nobody sent is not missing.
 */
const leastGrowths = 2;

/** What is known of a video track at a moment. */
export interface KeyFrameSample {
  /** On the take's timeline. */
  readonly nowMs: number;
  /** Packets of the present track; 0 before they are known. Those that it had before it was looked at are of no time. */
  readonly packets: number;
  /** Frames of all tracks of the file so far. */
  readonly frames: number;
  /** The camera is on. */
  readonly isOn: boolean;
}

/** Sees by counts that exist anyway how long a track waits for its first key frame. */
export class KeyFrameWait {
  readonly #onWaited: (fromMs: number, toMs: number) => void;
  #packets = 0;
  #frames = 0;
  #isAwaited = true;
  #sinceMs: number | null = null;
  /** Readings since then that had further packets. */
  #growths = 0;

  /** @param onWaited it was a long time: what came from then until then could not be decoded */
  constructor(onWaited: (fromMs: number, toMs: number) => void) {
    this.#onWaited = onWaited;
  }

  /** The present counts. Call it a few times a second. */
  sample({ frames, isOn, nowMs, packets }: KeyFrameSample): void {
    // Another track counts from 0.
    if (packets < this.#packets) {
      this.#isAwaited = true;
      this.#packets = 0;
    }
    const hasGrown = packets > this.#packets;
    this.#packets = packets;
    const hasCome = frames > this.#frames;
    this.#frames = frames;
    if (!this.#isAwaited) return;
    if (hasCome || !isOn) this.end(nowMs);
    else if (this.#sinceMs !== null) this.#growths += hasGrown ? 1 : 0;
    else if (hasGrown) this.#sinceMs = nowMs;
    if (hasCome) this.#isAwaited = false;
  }

  /** Nothing more comes of the track, or its first frame has. */
  end(nowMs: number): void {
    const sinceMs = this.#sinceMs;
    const isSending = this.#growths >= leastGrowths;
    this.#sinceMs = null;
    this.#growths = 0;
    if (sinceMs !== null && nowMs - sinceMs > longWaitMs && isSending) this.#onWaited(sinceMs, nowMs);
  }
}
