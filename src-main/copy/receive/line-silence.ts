/** While anybody sends, or reports, packets come more often than this, in milliseconds: then it is asked whether the line carries anything. */
const askAfterMs = 250;
/** An answer is waited for so long at least, and as long as so many round trips. Milliseconds. */
const leastAnswerMs = 200;
const answerRoundTrips = 3;
/** Whoever is on sends again so soon behind a silence of the line: a microphone whose room is silent each 400 ms. Milliseconds. */
const resumeWithinMs = 1_000;

/** A time in which a line carried nothing, of the monotonic clock. */
export interface BrokenLine {
  readonly fromMs: number;
  /** When something came again, or now. */
  readonly toMs: number;
}

/**
 * How long nothing has come over a media connection. That nobody sends is no fault of the line: it is asked a question, which the other
 * side answers at once, and was broken when no answer comes.
 */
export class LineSilence {
  readonly #ask: () => void;
  #heardMs: number;
  /** When the first question of this silence was asked, and the last; null while something comes. */
  #askedMs: number | null = null;
  #askedLastMs = 0;
  /** Whether what was asked in this silence was not answered in time. */
  #isBroken = false;
  #broken: BrokenLine | null = null;

  /** @param ask asks the question; where it cannot be asked it does nothing, and the line is not judged */
  constructor(nowMs: number, ask: () => void) {
    this.#heardMs = nowMs;
    this.#ask = ask;
  }

  /** Something has come. For each packet. */
  heard(nowMs: number): void {
    if (this.#askedMs !== null) this.#end(nowMs);
    this.#heardMs = nowMs;
  }

  /** Nobody listened for so long: that was no silence. */
  skip(ms: number): void {
    this.#heardMs += ms;
    if (this.#askedMs !== null) this.#askedMs += ms;
  }

  /** Counts anew: before, there was nothing to hear. */
  restart(nowMs: number): void {
    this.#heardMs = nowMs;
    this.#askedMs = null;
    this.#isBroken = false;
  }

  /** For how long nothing has come, in milliseconds. */
  quietMs(nowMs: number): number {
    return nowMs - this.#heardMs;
  }

  /** Every 10 ms or so, while there is somebody who answers. */
  tick(nowMs: number, roundTripMs: number): void {
    if (this.quietMs(nowMs) < askAfterMs) return;
    const patienceMs = Math.max(leastAnswerMs, roundTripMs * answerRoundTrips);
    if (this.#askedMs !== null && nowMs - this.#askedMs >= patienceMs) this.#isBroken = true;
    if (this.#askedMs !== null && nowMs - this.#askedLastMs < askAfterMs) return;
    this.#askedMs ??= nowMs;
    this.#askedLastMs = nowMs;
    this.#ask();
  }

  /** The silence in which the line is broken, or was until a moment ago; null when it carries what is sent. */
  broken(nowMs: number): BrokenLine | null {
    if (this.#isBroken) return { fromMs: this.#heardMs, toMs: nowMs };
    return this.#broken !== null && nowMs - this.#broken.toMs <= resumeWithinMs ? this.#broken : null;
  }

  #end(nowMs: number): void {
    if (this.#isBroken) this.#broken = { fromMs: this.#heardMs, toMs: nowMs };
    this.#askedMs = null;
    this.#isBroken = false;
  }
}
