/** Half a minute of a camera: a short file takes a few kilobytes, a long one doubles it a dozen times. */
const firstLength = 1024;

type Numbers = Uint32Array | Int32Array | Float64Array;

/** A list of numbers in one typed array that doubles when it is full: 4 or 8 bytes a number, and no object for any. */
export class GrowingNumbers<T extends Numbers> {
  #numbers: T;
  readonly #make: (length: number) => T;
  #length = 0;

  /** @param make an array of this length */
  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#numbers = make(firstLength);
  }

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of memory that they take. */
  get heldBytes(): number {
    return this.#numbers.byteLength;
  }

  /** Puts a number behind the others. */
  push(value: number): void {
    if (this.#length === this.#numbers.length) {
      const grown = this.#make(this.#length * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.#length] = value;
    this.#length += 1;
  }

  /** The number at a place; 0 where there is none. */
  at(index: number): number {
    return index < this.#length ? (this.#numbers[index] ?? 0) : 0;
  }

  /** Puts another number at a place that has one. */
  set(index: number, value: number): void {
    if (index < this.#length) this.#numbers[index] = value;
  }
}
