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

/**
 * How long ago what is played out now arrived: the delay of one track's jitter buffer. Taken off the time of a frame it
 * tells when the frame came, and that is the same for a camera and the microphone beside it, however long each of
 * them is kept.
 *
 * One reading that differs moves nothing: the delay goes to the nearer one of the latest two. At the beginning of a stream
 * it goes to the latest.
 */
export class PlayoutDelay {
  readonly #slewMsPerSecond: number;
  #ms: number;
  #targetMs: number;
  #previousMs: number | null = null;
  #readings = 0;
  #followedToMs: number | null = null;

  /**
   * @param usualMs of such a track on a calm network, until it is known
   * @param slewMsPerSecond how fast a later target that is near is followed; Infinity follows any at once
   */
  constructor(usualMs: number, slewMsPerSecond: number) {
    this.#ms = usualMs;
    this.#targetMs = usualMs;
    this.#slewMsPerSecond = slewMsPerSecond;
  }

  /** The delay that is in force, in milliseconds. */
  get ms(): number {
    return this.#ms;
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
    this.#previousMs = this.#readings >= beginning.readings ? this.#targetMs : null;
    this.#readings = 0;
    this.#followedToMs = null;
  }

  /** The stream goes on after a pause: what its jitter buffer did before says nothing of the next reading. */
  resume(): void {
    this.#previousMs = null;
  }

  /** Takes a reading of the jitter buffer's delay. @param readMs in milliseconds */
  aim(readMs: number): void {
    const ms = Math.min(bounds.maxMs, Math.max(bounds.minMs, readMs));
    const previousMs = this.#previousMs ?? ms;
    const isBeginning = this.#readings < beginning.readings && Math.abs(ms - previousMs) <= beginning.mostMs;
    const nearerMs = Math.min(Math.max(ms, previousMs), Math.max(Math.min(ms, previousMs), this.#targetMs));
    this.#targetMs = isBeginning ? ms : nearerMs;
    this.#previousMs = ms;
    this.#readings += 1;
    if (this.#followedToMs === null) this.#ms = this.#targetMs;
  }

  /** The delay at a moment of the stream, in milliseconds; moments only go forward. */
  at(timeMs: number): number {
    const passedMs = Math.max(0, timeMs - (this.#followedToMs ?? timeMs));
    this.#followedToMs = timeMs;
    const missingMs = this.#targetMs - this.#ms;
    const fastMsPerSecond = Math.min(mostMsPerSecond, Math.abs(missingMs) * shareFollowedPerSecond);
    const maxStepMs = passedMs > 0 ? (passedMs * Math.max(this.#slewMsPerSecond, fastMsPerSecond)) / 1000 : 0;
    this.#ms += Math.min(maxStepMs, Math.max(-maxStepMs, missingMs));
    return this.#ms;
  }
}
