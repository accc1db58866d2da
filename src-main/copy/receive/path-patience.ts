/** As long as a lost server is looked for, in milliseconds. */
const defaultPatienceMs = 60_000;

/**
 * How long media are waited for while signaling stands: joining again for ever would look like recording. Where they have never
 * come, the first search is the last: all ways were tried in it.
 */
export class PathPatience {
  readonly #patienceMs: number;
  #sinceMs: number | null = null;
  #hasStood = false;

  /** @param patienceMs once media have come; a minute when left out */
  constructor(patienceMs = defaultPatienceMs) {
    this.#patienceMs = patienceMs;
  }

  /** A way is looked for. @param nowMs of `performance.now`, as everywhere here */
  begin(nowMs: number): void {
    this.#sinceMs ??= nowMs;
  }

  /** It was found. */
  stands(): void {
    this.#sinceMs = null;
    this.#hasStood = true;
  }

  /** Whether a search that has just failed was the last. */
  isOver(nowMs: number): boolean {
    if (this.#sinceMs === null) return false;
    return !this.#hasStood || nowMs - this.#sinceMs >= this.#patienceMs;
  }
}
