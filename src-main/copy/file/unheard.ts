import type { Stretch } from './outage.js';

/** A microphone that is on and has not sent a packet for so long lacks all that was to be heard: who joins needs a moment. Milliseconds. */
const unheardMs = 3_000;
/** One that the server has taken away, and of which nothing has come when it goes off: a track that ends is told of sooner. Milliseconds. */
const withheldMs = 1_000;
/** What is lost of one that was taken away is known from the first moment on: less nobody hears. Milliseconds. */
const leastWithheldMs = 5;

/** The shortest that counts as lost of a track that the server has taken away when it goes off. @param isSaid somebody withholds it: it has not just ended */
export function leastWithheld(isSaid: boolean): number {
  return isSaid ? leastWithheldMs : withheldMs;
}

/** A microphone that is on and of which no packet has come, or none since the server took it away. Times are the file's, in milliseconds. */
export class Unheard {
  /** Since when; null when a packet has come, or none is due. */
  #sinceMs: number | null = null;
  #hasArrived = false;
  /** What is the shortest that counts when it goes off. */
  #leastMs = unheardMs;

  /**
   * The server has taken it away.
   *
   * @param fromMs from when on what it sends is lost; null when it is off @param isSaid as {@link leastWithheld} has it; may be told later
   */
  withheld(fromMs: number | null, isSaid: boolean): void {
    const isKnown = !this.#hasArrived && this.#leastMs !== unheardMs;
    this.#leastMs = leastWithheld(isSaid);
    if (isKnown) return;
    this.#hasArrived = false;
    this.#sinceMs = fromMs;
  }

  /** A packet has come, whatever becomes of it. @returns what is missing before it; null for nothing */
  arrived(atMs: number): Stretch | null {
    if (this.#hasArrived) return null;
    this.#hasArrived = true;
    const missing = this.end(atMs);
    this.#leastMs = unheardMs;
    return missing;
  }

  /** It is on at that moment: from now on a packet is due. @param nowMs of the file */
  tick(nowMs: number): void {
    if (!this.#hasArrived) this.#sinceMs ??= Math.max(0, nowMs);
  }

  /** It is off. @returns what is missing before that; null for nothing */
  off(atMs: number): Stretch | null {
    const missing = this.#end(atMs, this.#leastMs);
    this.#leastMs = unheardMs;
    return missing;
  }

  /** Nothing follows in the file. @returns what is missing at its end; null for nothing */
  end(atMs: number): Stretch | null {
    return this.#end(atMs, this.#leastMs === unheardMs ? unheardMs : leastWithheldMs);
  }

  /** What is waited for goes on in the next part of the take: to be called before this one's end. */
  successor(): Unheard {
    const next = new Unheard();
    next.#hasArrived = this.#hasArrived;
    next.#leastMs = this.#leastMs;
    next.#sinceMs = this.#sinceMs === null ? null : 0;
    return next;
  }

  #end(atMs: number, leastMs: number): Stretch | null {
    const fromMs = this.#sinceMs ?? atMs;
    this.#sinceMs = null;
    return atMs - fromMs < leastMs ? null : { fromMs, toMs: atMs };
  }
}
