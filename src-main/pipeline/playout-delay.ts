/** Beyond these a figure cannot be that of a jitter buffer, what it counts too much taken off. */
const bounds = { minMs: -15, maxMs: 4_000 } as const;

/** A delay that is far from the one in force is followed faster: three quarters of the way in a third of a second. */
const shareFollowedPerSecond = 4;
/** Frames that are moved so fast come nearer to one another by a third, and overtake none. */
const mostMsPerSecond = 300;

/**
 * So many readings of a stream, two seconds of them, are its beginning: its jitter buffer grows and shrinks again, and what
 * is read is a fifth of a second old. From one reading to the next it moves by no more than this.
 */
const beginning = { readings: 10, mostMs: 45 } as const;

/** A reading is the mean of the fifth of a second before it was asked for, and is read as long after that. */
const untrustedMs = 450;
/**
 * A microphone's jitter buffer that keeps more than `fromMs` was filled by a standstill, or by a line that stood still. It
 * empties by a tenth of the time that passes and up to two fifths (measured). Then its delay is counted: it is longer by what
 * WebRTC makes up and puts in, and shorter by what it leaves out. Readings, which are of the fifth of a second before and
 * wrong behind each burst, move it by a `share` of what they differ by; when so many in a row differ by more than `wrongMs`
 * the count has missed something. It is over when less than `settledMs` changes from one question, `everyMs` later, to the next.
 */
const emptying = {
  ...{ fromMs: 150, everyMs: 200, settledMs: 5 },
  ...{ share: 0.2, wrongMs: 60, wrongReadings: 4 },
} as const;
/** The delay in force is that of so long ago: it was asked for, was read a fifth of a second later, and is reached in another one. */
const readLateMs = 400;

/**
 * How long ago what is played out now arrived: the delay of one track's jitter buffer. Taken off the time of a frame it
 * tells when the frame came, and that is the same for a camera and the microphone beside it, however long each of
 * them is kept.
 *
 * One reading that differs moves nothing: the delay goes to the nearer one of the latest two. At the beginning of a stream
 * it goes to the latest.
 */
export class PlayoutDelay {
  readonly #usualMs: number;
  readonly #slewMsPerSecond: number;
  #ms: number;
  #targetMs: number;
  #previousMs: number | null = null;
  #readings = 0;
  #followedToMs: number | null = null;
  #trustedFromMs = -Infinity;
  #isEmptying = false;
  #laterMs: number | null = null;
  #wrongReadings = 0;
  #rampMsPerSecond = Infinity;

  /**
   * @param usualMs of such a track on a calm network, until it is known
   * @param slewMsPerSecond how fast a later target that is near is followed; Infinity follows any at once
   */
  constructor(usualMs: number, slewMsPerSecond: number) {
    this.#usualMs = usualMs;
    this.#ms = usualMs;
    this.#targetMs = usualMs;
    this.#slewMsPerSecond = slewMsPerSecond;
  }

  /** The delay that is in force, in milliseconds. */
  get ms(): number {
    return this.#ms;
  }

  /** What was played out no longer ago than this is kept back: how long it was delayed is told later. 0 on most days. */
  get keptBackMs(): number {
    return this.#isEmptying ? readLateMs : 0;
  }

  /** Readings of the present stream. */
  get readings(): number {
    return this.#readings;
  }

  /**
   * A new stream follows, with a jitter buffer of its own: its first reading is taken at once. Behind a settled stream of the
   * same kind only one that is near to what was in force is: after a standstill the first reading is that of frames which had
   * waited in it, a quarter of a second and more, and the next one knows better.
   */
  restart(): void {
    // What a standstill has put into the buffer of the stream before is not in that of this one.
    if (this.#isEmptying) [this.#ms, this.#targetMs] = [this.#usualMs, this.#usualMs];
    this.#trustedFromMs = -Infinity;
    this.#isEmptying = false;
    this.#laterMs = null;
    this.#rampMsPerSecond = Infinity;
    this.#previousMs = this.#readings >= beginning.readings ? this.#targetMs : null;
    this.#readings = 0;
    this.#followedToMs = null;
  }

  /** The stream goes on after a pause: what its jitter buffer did before says nothing of the next reading. */
  resume(): void {
    this.#previousMs = null;
  }

  /**
   * What is played out from now on is later by so much, at once. Until all of what came in a burst is played out readings tell
   * when the process received it, and not when it came: for so long they are passed over.
   */
  grew(byMs: number): void {
    this.#ms += byMs;
    this.#targetMs += byMs;
    this.#previousMs = this.#targetMs;
    this.#noteEmptying(Infinity);
    if (this.#followedToMs !== null) this.#trustedFromMs = this.#followedToMs + this.#ms + untrustedMs;
  }

  /** Nothing is in the jitter buffer, and nothing was for a while: what comes next is delayed as at the beginning of a stream. */
  emptied(): void {
    this.#readings = 0;
    this.restart();
    this.#ms = this.#usualMs;
    this.#targetMs = this.#usualMs;
  }

  /** Readings are passed over from now on, or no longer. */
  setTrusted(isTrusted: boolean): void {
    this.#trustedFromMs = isTrusted ? -Infinity : Infinity;
  }

  /**
   * Takes a reading of the jitter buffer's delay.
   *
   * @param readMs in milliseconds
   * @param laterMs by how much what was played out has become later since the stream began, by what WebRTC put in and left out
   */
  aim(readMs: number, laterMs: number | null = null): void {
    const changeMs = (laterMs ?? 0) - (this.#laterMs ?? laterMs ?? 0);
    this.#laterMs = laterMs;
    // Then it is told by `grew`.
    if (this.#trustedFromMs === Infinity) return;
    const isTrusted = (this.#followedToMs ?? 0) >= this.#trustedFromMs;
    if (this.#isEmptying && laterMs !== null) this.#aimEmptying(readMs, changeMs, isTrusted);
    else if (isTrusted) this.#aimAt(readMs);
  }

  #aimEmptying(readMs: number, changeMs: number, isTrusted: boolean): void {
    const expectedMs = this.#targetMs + changeMs;
    const wrongMs = isTrusted ? readMs - expectedMs : 0;
    this.#wrongReadings = Math.abs(wrongMs) > emptying.wrongMs ? this.#wrongReadings + 1 : 0;
    const isLost = this.#wrongReadings >= emptying.wrongReadings;
    if (isLost) this.#wrongReadings = 0;
    const share = this.#wrongReadings > 0 ? 0 : emptying.share;
    this.#targetMs = Math.max(bounds.minMs, isLost ? readMs : expectedMs + share * wrongMs);
    this.#previousMs = this.#targetMs;
    this.#noteEmptying(Math.abs(changeMs));
  }

  #aimAt(readMs: number): void {
    const ms = Math.min(bounds.maxMs, Math.max(bounds.minMs, readMs));
    const previousMs = this.#previousMs ?? ms;
    const isBeginning = this.#readings < beginning.readings && Math.abs(ms - previousMs) <= beginning.mostMs;
    const nearerMs = Math.min(Math.max(ms, previousMs), Math.max(Math.min(ms, previousMs), this.#targetMs));
    this.#targetMs = isBeginning ? ms : nearerMs;
    this.#previousMs = ms;
    this.#readings += 1;
    this.#noteEmptying(Math.abs(ms - previousMs));
    if (this.#followedToMs === null) this.#ms = this.#targetMs;
  }

  #noteEmptying(changeMs: number): void {
    if (this.#slewMsPerSecond < Infinity) return;
    if (this.#ms > emptying.fromMs) this.#isEmptying = true;
    else if (changeMs <= emptying.settledMs && Math.abs(this.#targetMs - this.#ms) <= emptying.settledMs)
      this.#isEmptying = false;
    this.#rampMsPerSecond = this.#isEmptying
      ? (1000 * Math.abs(this.#targetMs - this.#ms)) / emptying.everyMs
      : Infinity;
  }

  /** The delay at a moment of the stream, in milliseconds; moments only go forward. */
  at(timeMs: number): number {
    const passedMs = Math.max(0, timeMs - (this.#followedToMs ?? timeMs));
    this.#followedToMs = timeMs;
    const missingMs = this.#targetMs - this.#ms;
    const fastMsPerSecond = Math.min(mostMsPerSecond, Math.abs(missingMs) * shareFollowedPerSecond);
    const mostFollowed = Math.min(this.#rampMsPerSecond, Math.max(this.#slewMsPerSecond, fastMsPerSecond));
    const maxStepMs = passedMs > 0 ? (passedMs * mostFollowed) / 1000 : 0;
    this.#ms += Math.min(maxStepMs, Math.max(-maxStepMs, missingMs));
    return this.#ms;
  }
}
