/** Reads the bits of a header, the highest first. Behind the end there are zeros, and {@link BitReader.isOverrun} says so. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  /** @param bytes is read where it lies, and not changed */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether more was read than there is: what was read then means nothing. */
  get isOverrun(): boolean {
    return this.#at > this.#bytes.length * 8;
  }

  /** The next bit, 0 or 1. */
  bit(): number {
    const byte = this.#bytes[this.#at >> 3] ?? 0;
    const bit = (byte >> (7 - (this.#at & 7))) & 1;
    this.#at += 1;
    return bit;
  }

  /** A number of `count` bits, 53 at most. */
  bits(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1) value = value * 2 + this.bit();
    return value;
  }

  /** Goes on behind `count` bits. */
  skip(count: number): void {
    this.#at += count;
  }

  /** An Exp-Golomb number (ITU-T H.264, section 9.1); 0 for one that no header can hold. */
  expGolomb(): number {
    let zeros = 0;
    while (this.bit() === 0) {
      zeros += 1;
      if (zeros > 32 || this.isOverrun) return 0;
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** A signed Exp-Golomb number (ITU-T H.264, section 9.1.1). */
  signedExpGolomb(): number {
    const code = this.expGolomb();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
