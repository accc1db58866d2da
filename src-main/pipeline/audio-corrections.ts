import type { Splice } from './audio-splice.js';

/**
 * How far audio that goes on may stand from where it belongs. Nobody hears it being moved in silence, or where its wave
 * can be repeated or left out, so that is done soon; elsewhere only well before it can be noticed (ITU-R BT.1359: 45 ms
 * early).
 */
const limitMs = { unheard: 15, heard: 35 } as const;
/** From this likeness on the ear takes two stretches of a wave for the same one; NetEq asks for as much. */
const unheardLikeness = 0.85;

/** When audio that goes on has to be moved, and how often that was. */
export class AudioCorrections {
  #count = 0;
  #movedMs = 0;

  /** How often audio was moved since the take began. */
  get count(): number {
    return this.#count;
  }

  /** By how much in all, in milliseconds: audio put in, and audio left out. */
  get movedMs(): number {
    return this.#movedMs;
  }

  /** Whether it is worth looking for a place to move audio at. @param errorMs how far it is from where it belongs */
  isFar(errorMs: number): boolean {
    return Math.abs(errorMs) > limitMs.unheard;
  }

  /** Whether audio is to be moved at a place. @param errorMs how far it is from where it belongs */
  isDue(errorMs: number, { likeness }: Splice): boolean {
    return this.isFar(errorMs) && (likeness >= unheardLikeness || Math.abs(errorMs) > limitMs.heard);
  }

  /** Audio was moved. @param correctionMs positive when it was put in, negative when it was left out */
  note(correctionMs: number): void {
    this.#count += 1;
    this.#movedMs += Math.abs(correctionMs);
  }
}
