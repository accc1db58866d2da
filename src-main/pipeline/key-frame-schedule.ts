/** A healthy track shows its first frame within this time. */
const firstAfterMs = 400;
/**
 * The server passes on one request a second (`rtc.pli_throttle`). Not a whole second: a source that does not answer and
 * sends a key frame each second, as encoders for streaming do, would lose one to the first request and the next to this one.
 */
const againAfterMs = 1_400;
/** A request costs what comes meanwhile, which hits a slow source hard: after two they become few. */
const soonRequests = 2;
const laterAfterMs = 5_000;

/**
 * When a key frame is asked for, of a track that is on and has shown nothing. The one that answered the server's own
 * request may have been sent before this side was ready, and a source that sends key frames on request only, a slide
 * for instance, shows nothing until the next request.
 */
export class KeyFrameSchedule {
  #waitedMs = 0;
  #requests = 0;

  /** One is being asked for, whatever the schedule says. */
  requested(): void {
    this.#waitedMs = 0;
    this.#requests += 1;
  }

  /**
   * Called a few times a second.
   *
   * @param elapsedMs since the last call
   * @param isMissing the track is on and has shown nothing since its start
   * @returns whether a key frame is to be asked for now
   */
  isDue(elapsedMs: number, isMissing: boolean): boolean {
    if (!isMissing) {
      this.#waitedMs = 0;
      this.#requests = 0;
      return false;
    }
    this.#waitedMs += elapsedMs;
    const dueMs =
      this.#requests === 0 ? firstAfterMs : this.#requests < soonRequests ? againAfterMs : laterAfterMs;
    if (this.#waitedMs < dueMs) return false;
    this.requested();
    return true;
  }
}
