/** Nothing comes for so long: it may be held back. A reading is a fraction of a second after the newest frame anyway. Milliseconds. */
const leastQuietMs = 450;

/** What was quiet longer ago has nothing to do with what comes now, in milliseconds. */
const forgottenAfterMs = 5_000;

/** What was known of a camera when nothing came of it for a while. */
interface Quiet {
  /** When it was seen last that nothing came. */
  readonly seenMs: number;
  /** When its newest frame came before. */
  readonly fromMs: number;
  /** Frames by then. */
  readonly arrived: number;
  /** Of those that had never come. */
  readonly missed: number;
  /** Its own, before. */
  readonly intervalMs: number;
}

/** A stretch of a camera, and how many of its frames never came. */
interface HeldBackLoss {
  readonly fromMs: number;
  readonly toMs: number;
  readonly frames: number;
}

/**
 * Counts what is lost of a camera that is held back on its way and then delivered at once, up to its fresh stream: as many frames
 * as it sent in that time by the rate that it had before, less those that have come. Where those stand says nothing: their times
 * are wrong. Times are milliseconds of the clock of `MissedFrames.add`.
 */
export class HeldBackFrames {
  #arrived = 0;
  #arrivedBefore = 0;
  #quiet: Quiet | null = null;
  #held: Quiet | null = null;
  #isOver = false;

  /** Since when it is held back; null when it is not. */
  get fromMs(): number | null {
    return this.#held?.fromMs ?? null;
  }

  /** It was held back, and what comes is on time again. */
  get isOver(): boolean {
    return this.#held !== null && this.#isOver;
  }

  /** A frame has come, whether or not it has a place. */
  came(): void {
    this.#arrived += 1;
  }

  /** The frame that came last is left out, for another one stands in its slot: of those that come at once it is lost. */
  leftOut(): void {
    this.#arrived -= 1;
  }

  /** Called a few times a second. @param sinceMs since the newest frame came @returns whether nothing comes, and did not at the last call */
  isQuiet(sinceMs: number): boolean {
    const hasCome = this.#arrived !== this.#arrivedBefore;
    this.#arrivedBefore = this.#arrived;
    return !hasCome && sinceMs >= leastQuietMs;
  }

  /** Nothing comes, or could come until now, for this process stood still. @param known at the moment */
  quiet(nowMs: number, known: Omit<Quiet, 'arrived' | 'seenMs'>): void {
    const [arrived, quiet] = [this.#arrived, this.#quiet];
    if (arrived === quiet?.arrived) this.#quiet = { ...quiet, seenMs: nowMs };
    else if (known.intervalMs > 0 && Number.isFinite(known.intervalMs))
      this.#quiet = { ...known, arrived, seenMs: nowMs };
    else this.#quiet = null;
  }

  /** What has come since it was quiet was held back. @returns since when; null where too little is known of it */
  begin(nowMs: number): number | null {
    const quiet = this.#quiet;
    this.#held = quiet !== null && nowMs - quiet.seenMs < forgottenAfterMs ? quiet : null;
    this.#isOver = false;
    return this.fromMs;
  }

  /** What comes from now on is on time. */
  over(): void {
    this.#isOver = true;
  }

  /**
   * It ends with the newest frame.
   *
   * @param leastIntervalMs of faster ones the file takes no more @param missed as {@link HeldBackFrames.quiet} takes it
   */
  end(toMs: number, leastIntervalMs: number, missed: number): HeldBackLoss | null {
    const held = this.#held;
    this.#held = null;
    if (held === null) return null;
    const frames = this.#lackOf(held, { toMs, leastIntervalMs, missed });
    // What is behind it up to the end of the file may be quiet as well.
    const [arrived, seenMs] = [this.#arrived, toMs];
    this.#quiet = { ...held, seenMs, arrived, fromMs: toMs, missed: missed + frames };
    return frames > 0 ? { fromMs: held.fromMs, toMs, frames } : null;
  }

  /** The file ends there. @returns what lacks since it was quiet, unless that was before `sinceMs`; the rest as in {@link HeldBackFrames.end} */
  lackAtEnd(toMs: number, sinceMs: number, leastIntervalMs: number, missed: number): number {
    const quiet = this.#quiet;
    this.#quiet = null;
    return quiet === null || quiet.fromMs < sinceMs
      ? 0
      : this.#lackOf(quiet, { toMs, leastIntervalMs, missed });
  }

  #lackOf(
    quiet: Quiet,
    now: { readonly toMs: number; readonly leastIntervalMs: number; readonly missed: number },
  ): number {
    const due = Math.round((now.toMs - quiet.fromMs) / Math.max(quiet.intervalMs, now.leastIntervalMs));
    return Math.max(0, due - (this.#arrived - quiet.arrived) - (now.missed - quiet.missed));
  }
}
