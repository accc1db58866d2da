import type { Splice } from './audio-splice.js';

/**
 * How far audio that goes on may stand from where it belongs. Nobody hears it being moved in silence, or where its wave
 * can be repeated or left out, so that is done soon; elsewhere only well before it can be noticed (ITU-R BT.1359: 45 ms
 * early).
 */
const limitMs = { unheard: 15, heard: 35 } as const;
/**
 * Less than that is moved when it has stood for so long, and only where nobody hears it: what is shorter may be one reading
 * of a jitter buffer, or a buffer that grows and shrinks again. A fade takes 5 ms, so less cannot be moved. A wave that is
 * never like itself is not asked for each frame.
 */
const standing = { limitMs: 8, forMs: 1000, askedEveryMs: 100 } as const;
/** From this likeness on the ear takes two stretches of a wave for the same one; NetEq asks for as much. */
const unheardLikeness = 0.85;

/** When audio that goes on has to be moved, and how often that was. */
export class AudioCorrections {
  #count = 0;
  #movedMs = 0;
  /** The side on which audio stands farther off than {@link standing} allows: 1 too early, -1 too late, 0 neither. */
  #side = 0;
  #standingAtMs = 0;

  /** How often audio was moved since the take began. */
  get count(): number {
    return this.#count;
  }

  /** By how much in all, in milliseconds: audio put in, and audio left out. */
  get movedMs(): number {
    return this.#movedMs;
  }

  /**
   * Whether it is worth looking for a place to move audio at; asked once for each piece that is written.
   *
   * @param errorMs how far it is from where it belongs
   * @param atMs where it stands on the take's timeline, which only goes forward
   */
  isFar(errorMs: number, atMs: number): boolean {
    const distanceMs = Math.abs(errorMs);
    const side = distanceMs > standing.limitMs ? Math.sign(errorMs) : 0;
    if (side !== this.#side) this.#standingAtMs = atMs + standing.forMs;
    this.#side = side;
    if (distanceMs > limitMs.unheard) return true;
    if (side === 0 || atMs < this.#standingAtMs) return false;
    this.#standingAtMs = atMs + standing.askedEveryMs;
    return true;
  }

  /** Whether audio that is far is to be moved at a place. @param errorMs how far it is from where it belongs */
  isDue(errorMs: number, { likeness }: Splice): boolean {
    return likeness >= unheardLikeness || Math.abs(errorMs) > limitMs.heard;
  }

  /** Audio was moved. @param correctionMs positive when it was put in, negative when it was left out */
  note(correctionMs: number): void {
    this.#count += 1;
    this.#movedMs += Math.abs(correctionMs);
  }
}
