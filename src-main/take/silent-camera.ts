/** A camera that is on and delivers nothing for this long has a gap, whatever its frame rate was. In milliseconds. */
export const silentAfterMs = 3_000;
/** A first picture takes less: one that goes before it has shown anything, or soon after, was waited for in vain. In milliseconds. */
const firstPictureMs = 1_200;

/** When a camera that is on has delivered nothing. Times are milliseconds on the take's timeline. */
export class SilentCamera {
  readonly #onSilence: (fromMs: number, toMs: number) => void;
  #sinceMs: number | null = null;
  /** It has delivered something since it was switched on. */
  #hasShown = false;
  /** Its first picture came late: it may have been sent for a while, and wanted a key frame. */
  #waited: { readonly fromMs: number; readonly toMs: number } | null = null;

  /** @param onSilence it is over, and was long: what would have been shown is missing */
  constructor(onSilence: (fromMs: number, toMs: number) => void) {
    this.#onSilence = onSilence;
  }

  /** Since when it has delivered nothing; null while it does, or is off. */
  get sinceMs(): number | null {
    return this.#sinceMs;
  }

  /**
   * Called a few times a second.
   *
   * @param received frames since the last call, which was at `lastMs` @param isDue it is on
   */
  sample(received: number, isDue: boolean, lastMs: number): void {
    if (received === 0 && isDue) {
      this.#sinceMs ??= lastMs;
    } else if (received === 0) {
      this.end(lastMs);
    } else {
      this.#shows(isDue, lastMs);
    }
  }

  /** It is off, or nothing follows. */
  end(untilMs: number): void {
    const fromMs = this.#sinceMs ?? untilMs;
    const waited = this.#waited;
    const leastMs = this.#hasShown ? silentAfterMs : firstPictureMs;
    if (untilMs > fromMs && untilMs - fromMs >= leastMs) this.#onSilence(fromMs, untilMs);
    // It was on for the wait more than for what it showed.
    else if (waited !== null && untilMs - waited.toMs < waited.toMs - waited.fromMs)
      this.#onSilence(waited.fromMs, waited.toMs);
    this.#hasShown = false;
    this.forget();
  }

  /** What it has not delivered up to now is on another account. */
  forget(): void {
    this.#sinceMs = null;
    this.#waited = null;
  }

  /** It goes on in the next part of the file. @param atMs where this one ends @param next of that part */
  cut(atMs: number, next: SilentCamera): void {
    next.#hasShown = this.#hasShown;
    if (this.#sinceMs !== null) next.#sinceMs = atMs;
    if (this.#sinceMs !== null && atMs - this.#sinceMs >= silentAfterMs) this.#onSilence(this.#sinceMs, atMs);
    this.forget();
  }

  #shows(isDue: boolean, atMs: number): void {
    const fromMs = this.#sinceMs ?? atMs;
    this.#sinceMs = null;
    if (atMs - fromMs >= silentAfterMs) this.#onSilence(fromMs, atMs);
    else if (isDue && !this.#hasShown && atMs - fromMs >= firstPictureMs)
      this.#waited = { fromMs, toMs: atMs };
    this.#hasShown = isDue;
  }
}
