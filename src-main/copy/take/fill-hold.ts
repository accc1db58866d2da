/** A tick so much later than the one before, in milliseconds: this process stood still. For less, what comes late is waited for anyhow. */
const stoodStillMs = 1_000;
/** What waited in the sockets is read within that, also on a busy machine (2.3 s measured after 20 s with three people). Milliseconds. */
const readWithinMs = 5_000;

/**
 * Up to where black and silence may be filled in. Behind a standstill of this process what was sent meanwhile waits in the sockets,
 * and reading it takes a while: silence that is filled in before that is written over what was received.
 */
export class FillHold {
  #tickedMs: number | null = null;
  /** Nothing is filled in beyond it; null where nothing is held back. */
  #heldMs: number | null = null;
  #untilMs = 0;

  /** Called with each tick. @param nowMs of the room's clock @returns up to where, of the same */
  upTo(nowMs: number): number {
    const beforeMs = this.#tickedMs ?? nowMs;
    this.#tickedMs = nowMs;
    if (nowMs - beforeMs > stoodStillMs) {
      this.#heldMs ??= beforeMs;
      this.#untilMs = nowMs + readWithinMs;
    } else if (nowMs >= this.#untilMs) this.#heldMs = null;
    return this.#heldMs ?? nowMs;
  }
}
