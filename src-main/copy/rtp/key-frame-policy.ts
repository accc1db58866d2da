/** Nobody is asked again before so long: a key frame takes a round trip to the publisher, and is large. */
const leastSpacingMs = 500;
/**
 * Where none has begun since: the request or its answer was lost. Sooner, and a slow publisher is asked twice for one.
 */
const repeatMs = 1_000;

/**
 * When to send a picture loss indication. The server answers no request for packets from then until it has forwarded a
 * key frame (livekit-server, `isNACKThrottled`), so that asking at a wrong moment loses what would have been recovered:
 *
 * - not at the subscription, where the server asks by itself;
 * - not while the beginning of a key frame is here already, and only its rest is missing;
 * - not twice within 500 ms; once a second while it is wanted and none begins.
 */
export class KeyFramePolicy {
  #isWanted: boolean;
  #isWished = false;
  #sentMs: number;
  /** Since the last indication none has begun. */
  #isAnswerDue = false;

  /**
   * @param isVideo audio wants none
   * @param nowMs when the stream began
   */
  constructor(isVideo: boolean, nowMs: number) {
    this.#isWanted = isVideo;
    this.#sentMs = nowMs + leastSpacingMs;
  }

  /** A key frame is wanted, and has not begun. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /**
   * Between an indication and the key frame the server answers no request for packets: they would be wasted.
   */
  isServerDeaf(nowMs: number): boolean {
    return this.#isAnswerDue && nowMs - this.#sentMs < repeatMs;
  }

  /** The frames cannot go on without a key frame. */
  want(): void {
    this.#isWanted = true;
  }

  /** One would be of use, and the frames go on without it: what is missing before it is as dear as ever. */
  wish(): void {
    this.#isWished = true;
  }

  /** One is wanted or wished for, and has not begun. */
  get isAwaited(): boolean {
    return this.#isWanted || this.#isWished;
  }

  /** The first packet of a key frame was handed over. */
  noteBegun(): void {
    this.#isWanted = false;
    this.#isWished = false;
    this.#isAnswerDue = false;
  }

  /**
   * Whether to send one now, which is noted as sent.
   *
   * @param isStartHeld the beginning of a key frame waits for an earlier packet
   */
  isDue(nowMs: number, isStartHeld: boolean): boolean {
    if (!this.isAwaited || isStartHeld) return false;
    if (nowMs - this.#sentMs < (this.#isAnswerDue ? repeatMs : leastSpacingMs)) return false;
    this.#sentMs = nowMs;
    this.#isAnswerDue = true;
    return true;
  }
}
