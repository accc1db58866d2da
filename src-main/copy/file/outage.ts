/** A connection that is dead is noticed after so long at most, in milliseconds: what was sent in this time is lost as well. */
const noticedWithinMs = 5_000;
/** A track that ended with the connection may be published again so long after that is back: later it is another time. Milliseconds. */
const returnWithinMs = 30_000;
/** What is on its way at the end of an interrupted connection is no loss, in milliseconds. */
const onItsWayMs = 250;

/** A stretch of a file, in its milliseconds. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * A lost connection, as a camera or a microphone has it that was on: what was sent meanwhile is lost, also when it is another track
 * that goes on afterwards, as of a server that was started anew. Times are the file's, in milliseconds.
 */
export class Outage {
  /** Since when nothing came; null while nothing is missing. */
  #fromMs: number | null = null;
  /** When the connection was back; null while it is lost. */
  #backMs: number | null = null;

  /**
   * The connection is lost.
   *
   * @param lastMs where that ends which came last; null when nothing has @param isOn the track is: what is muted is missed by nobody
   */
  lost(atMs: number, lastMs: number | null, isOn: boolean): void {
    this.#backMs = null;
    if (isOn && lastMs !== null) this.#fromMs ??= Math.max(lastMs, atMs - noticedWithinMs);
  }

  /** It stands again. */
  back(atMs: number): void {
    this.#backMs ??= atMs;
  }

  /** Whether something is missing from it, up to what comes next. */
  get isOpen(): boolean {
    return this.#fromMs !== null;
  }

  /** Whether the connection is lost: what ends now may go on when it is back. */
  get isLasting(): boolean {
    return this.#fromMs !== null && this.#backMs === null;
  }

  /**
   * Something came, from there to there; before the connection is back it is of the one that was lost.
   *
   * @returns what is missing before it; null for nothing
   */
  came(atMs: number, endMs: number): Stretch | null {
    if (this.#backMs !== null) return this.end(atMs);
    if (this.#fromMs !== null) this.#fromMs = Math.max(this.#fromMs, endMs);
    return null;
  }

  /** Nothing is to come any more: it is over. @returns what is missing; null for nothing @param atMs until when */
  end(atMs: number): Stretch | null {
    const fromMs = this.#fromMs;
    const backMs = this.#backMs;
    this.#fromMs = null;
    if (fromMs === null) return null;
    const isLater = backMs !== null && atMs - backMs > returnWithinMs;
    return { fromMs, toMs: isLater ? backMs : atMs };
  }

  /** The file, or the track, ends there. @returns what is missing: of what did not come back, up to when it could have */
  endAll(atMs: number, isOn: boolean): Stretch | null {
    const missing = this.end(isOn ? atMs : Math.min(atMs, this.#backMs ?? atMs));
    return missing === null || missing.toMs - missing.fromMs < onItsWayMs ? null : missing;
  }

  /** What is missing goes on in the next part of the take. @param endMs where this one ends */
  successor(endMs: number): Outage {
    const next = new Outage();
    if (this.#fromMs !== null) next.#fromMs = 0;
    if (this.#backMs !== null) next.#backMs = this.#backMs - endMs;
    return next;
  }
}
