/** A window in which the quickest packet is looked for, in milliseconds. */
const windowMs = 10_000;
/** How fast the two clocks are brought together, in milliseconds a second: nobody sees or hears it. */
const slewPerSecond = 1;
/** A difference of so much is no drift: the sender's clock was set, or it is another sender. */
const stepMs = 2_000;

/**
 * Puts the sender's clock onto ours. Both run at their own speed, and packets are late by different times: the quickest one of
 * ten seconds tells how they stand, and what is written follows slowly. All tracks of a participant share one, so that audio
 * and video keep their distance whatever it does.
 */
export class SenderTimeline {
  #offsetMs: number | null = null;
  /** Of what waits for the first time: the quickest of it tells, for a busy machine may have been late with the others. */
  #quickestWaitingMs = Infinity;
  #quickestMs = Infinity;
  #windowFromMs = 0;
  #targetMs = 0;
  #lastMs = 0;

  /** A frame that is put onto our clock in a moment, with others that wait. Parameters as of {@link SenderTimeline.timeOf}. */
  announce(senderMs: number, arrivedMs: number): void {
    if (this.#offsetMs !== null) return;
    const offsetMs = arrivedMs - senderMs;
    // So far from the others it is another clock.
    if (Math.abs(offsetMs - this.#quickestWaitingMs) < stepMs || this.#quickestWaitingMs === Infinity)
      this.#quickestWaitingMs = Math.min(this.#quickestWaitingMs, offsetMs);
  }

  /** The same as {@link SenderTimeline.timeOf} by what is known up to now, which stays as it is. */
  about(senderMs: number, arrivedMs: number): number {
    return this.#offsetMs === null ? arrivedMs : senderMs + this.#offsetMs;
  }

  /**
   * The time of a frame on our clock.
   *
   * @param senderMs when it was captured, of the sender's clock
   * @param arrivedMs when it came, of ours
   */
  timeOf(senderMs: number, arrivedMs: number): number {
    const offsetMs = arrivedMs - senderMs;
    // Nothing comes before it was sent: there the clock was set. What comes late may be late for once.
    if (this.#offsetMs === null) this.#step(Math.min(offsetMs, this.#quickestWaitingMs), arrivedMs);
    else if (offsetMs < this.#offsetMs - stepMs) this.#step(offsetMs, arrivedMs);
    this.#quickestMs = Math.min(this.#quickestMs, offsetMs);
    if (arrivedMs - this.#windowFromMs >= windowMs) {
      if (this.#quickestMs > (this.#offsetMs ?? 0) + stepMs) this.#step(this.#quickestMs, arrivedMs);
      this.#targetMs = this.#quickestMs;
      this.#startWindow(arrivedMs);
    }
    const offset = this.#offsetMs ?? offsetMs;
    const mostMs = (Math.max(0, arrivedMs - this.#lastMs) / 1000) * slewPerSecond;
    const missingMs = this.#targetMs - offset;
    this.#offsetMs = offset + Math.sign(missingMs) * Math.min(mostMs, Math.abs(missingMs));
    this.#lastMs = arrivedMs;
    return senderMs + this.#offsetMs;
  }

  #step(offsetMs: number, nowMs: number): void {
    this.#offsetMs = offsetMs;
    this.#targetMs = offsetMs;
    this.#lastMs = nowMs;
    this.#startWindow(nowMs);
  }

  #startWindow(nowMs: number): void {
    this.#windowFromMs = nowMs;
    this.#quickestMs = Infinity;
  }
}

/**
 * The timeline of whoever fills a file. Who leaves and comes back, in another browser or on another machine, has another clock: by the one
 * before everything would stand as far off as these are apart.
 */
export class SenderTimelines {
  #participantSid: string | null = null;
  #timeline = new SenderTimeline();

  /** That of a participant, from their joining to their leaving: all of their tracks share it. */
  of(participantSid: string): SenderTimeline {
    if (this.#participantSid !== participantSid) this.#timeline = new SenderTimeline();
    this.#participantSid = participantSid;
    return this.#timeline;
  }
}
