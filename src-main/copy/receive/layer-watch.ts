/** After a change of the captured size the server may stay at a lower layer for good. */
const narrowForMs = 5_000;
/** Asked for again in vain, it is asked no more often than so. */
const spacingMs = 15_000;
/** Codecs round sizes, and layers are scaled: what is this near to the declared size is the top one. */
const nearlyAll = 0.95;

/**
 * Watches whether a video comes as large as its publisher declared it. One that stays narrower for five seconds is worth
 * a nudge: the lowest layer asked for, and the top one again a moment later, which cured it where asking for the top one
 * alone did not.
 */
export class LayerWatch {
  #narrowSinceMs: number | null = null;
  #nudgedMs: number | null = null;

  /**
   * A picture's size, as its own header says; between two of them it stays. A turned picture is as large as its longer
   * side.
   *
   * @param declaredPixels the longer side, as the publication says; 0 when it says nothing
   */
  note(pixels: number, declaredPixels: number, nowMs: number): void {
    if (declaredPixels === 0 || pixels >= declaredPixels * nearlyAll) this.#narrowSinceMs = null;
    else this.#narrowSinceMs ??= nowMs;
  }

  /** Nothing is sent: what comes next begins anew. */
  reset(): void {
    this.#narrowSinceMs = null;
  }

  /** Whether it is time for a nudge, which is noted as given. */
  isDue(nowMs: number): boolean {
    if (this.#narrowSinceMs === null || nowMs - this.#narrowSinceMs < narrowForMs) return false;
    if (this.#nudgedMs !== null && nowMs - this.#nudgedMs < spacingMs) return false;
    this.#nudgedMs = nowMs;
    return true;
  }
}
