/**
 * Numbers that wrap, made into ones that do not: each is taken as the one nearest to the highest so far (RFC 3550,
 * appendix A.1). Of 32 bits it stays exact for 2^21 rounds.
 */
export class ExtendedNumber {
  readonly #modulus: number;
  readonly #rounds: number;
  #highest: number | null = null;

  /**
   * @param bits of the number on the wire: 16 for sequence numbers, 32 for times
   * @param rounds how many are behind the first one: one leaves room for earlier ones that come later
   */
  constructor(bits: number, rounds = 1) {
    this.#modulus = 2 ** bits;
    this.#rounds = rounds;
  }

  /** The highest so far; null before the first. */
  get highest(): number | null {
    return this.#highest;
  }

  /**
   * The extended number of one from the wire, which raises {@link highest} when it is ahead.
   */
  extend(wire: number): number {
    const extended = this.near(wire);
    if (this.#highest === null || extended > this.#highest) this.#highest = extended;
    return extended;
  }

  /** The same without raising {@link highest}. */
  near(wire: number): number {
    if (this.#highest === null) return wire + this.#rounds * this.#modulus;
    let ahead = (wire - this.#highest) % this.#modulus;
    if (ahead < 0) ahead += this.#modulus;
    if (ahead >= this.#modulus / 2) ahead -= this.#modulus;
    return this.#highest + ahead;
  }
}
