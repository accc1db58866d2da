/** Of what was on for a shorter time, and never came, nobody is told: it takes as long until anything can come. Milliseconds. */
export const leastOnMs = 500;
/** Of what has come, or may be on again for long, less is not told, as of every track that begins. Milliseconds. */
const leastOnsetMs = 1_000;

/** The end of a track is heard of so soon after the last of it, in milliseconds; what shows nothing new for longer had not ended. */
const endHeardMs = 300;

/** From when on a track was on, and came, on a take's timeline; in milliseconds. */
export interface OnsetTimes {
  /** It was on, and nothing of it had come. */
  readonly sinceMs: number;
  /** The first of it that went to a file; null when nothing did. */
  readonly cameMs: number | null;
  /** It had ended by then, or was muted, or the take had ended. */
  readonly untilMs: number;
  /** It was muted then, and has not ended. */
  readonly isMuted?: boolean | undefined;
}

/**
 * How late a track began for us, up to the moment at which it ends or is muted for the first time. It is asked once: what is missing
 * of a track later is in the gaps of its file.
 */
export class TrackOnset {
  /** Of `performance.now`; null while its owner has turned it off. */
  #onAtMs: number | null;
  #cameAtMs: number | null = null;
  #lastAtMs = -Infinity;
  #isOver = false;

  /** From now on it is published. @param isMuted its owner has turned it off: nothing of it is due */
  constructor(isMuted: boolean) {
    this.#onAtMs = isMuted ? null : performance.now();
  }

  /** Something of it goes to a file. */
  came(): void {
    this.#lastAtMs = performance.now();
    this.#cameAtMs ??= this.#lastAtMs;
  }

  /** Its owner turned it off or on, and nobody wants to know what came by then: from now on it is due, or is not. */
  muted(isMuted: boolean): void {
    if (isMuted) this.#onAtMs = null;
    else this.#onAtMs ??= performance.now();
  }

  /**
   * It is muted, or has ended.
   *
   * @param takeMsOf a moment so many milliseconds ago on the take's timeline, as `TakeClock.nowMs`
   * @param isMuted it may go on
   * @returns null when it was asked before, or was never on
   */
  end(takeMsOf: (agoMs: number) => number, isMuted?: true): OnsetTimes | null {
    const onAtMs = this.#onAtMs;
    if (this.#isOver || onAtMs === null) return null;
    this.#onAtMs = null;
    this.#isOver = this.#cameAtMs !== null;
    const nowMs = performance.now();
    const at = (ms: number): number => Math.max(0, takeMsOf(nowMs - ms));
    const cameMs = this.#cameAtMs === null ? null : Math.max(at(onAtMs), at(this.#cameAtMs));
    const endMs = nowMs - this.#lastAtMs < endHeardMs ? Math.max(onAtMs, this.#lastAtMs) : nowMs;
    return { sinceMs: at(onAtMs), cameMs, untilMs: at(endMs), ...(isMuted && { isMuted }) };
  }
}

/**
 * Every track begins some tenths of a second late: it has to be negotiated, and of video a key frame has to come. Of a track that was
 * on for long that is little; when more of it is missing than has come, and a second at the least, or all of it, the track is.
 *
 * @returns how much of it is missing, in milliseconds; 0 where that is not told
 */
export function missedAtOnset({ cameMs, isMuted, sinceMs, untilMs }: OnsetTimes): number {
  const missedMs = (cameMs ?? untilMs) - sinceMs;
  const leastMs = cameMs === null && isMuted !== true ? leastOnMs : leastOnsetMs;
  return missedMs < leastMs || 2 * missedMs <= untilMs - sinceMs ? 0 : missedMs;
}
