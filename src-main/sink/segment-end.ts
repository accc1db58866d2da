/**
 * Where the segment of one stream ends, and what is still to come of it. What was sent before the end is on its way for a
 * while: network, jitter buffer and decoder take tens of milliseconds. Times are milliseconds on the take's timeline.
 */
export class SegmentEnd {
  #atMs = Infinity;
  #isPassed = false;
  #isClosed = false;
  readonly #onPassed: () => void;

  /** @param onPassed the first thing has come that stands behind the end */
  constructor(onPassed: () => void) {
    this.#onPassed = onPassed;
  }

  /** Infinity while it is not known. */
  get atMs(): number {
    return this.#atMs;
  }

  /** Nothing that stands behind it is of the segment. */
  get isKnown(): boolean {
    return this.#atMs !== Infinity;
  }

  /** Everything before the end has come: something has that stands behind it. */
  get isPassed(): boolean {
    return this.#isPassed;
  }

  /** Nothing is awaited any more: what is missing is filled in. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The segment ends there; what stands before it may still come. */
  set(atMs: number): void {
    this.#atMs = atMs;
  }

  /** No more is awaited. */
  close(): void {
    this.#isClosed = true;
  }

  /** Another segment begins, whose end is not known. */
  reopen(): void {
    this.#atMs = Infinity;
    this.#isPassed = false;
    this.#isClosed = false;
  }

  /** Something has come. @returns whether it stands at the end, or behind it: it is not of the segment */
  excludes(timeMs: number): boolean {
    if (timeMs < this.#atMs) return false;
    if (!this.#isPassed) {
      this.#isPassed = true;
      this.#onPassed();
    }
    return true;
  }
}
