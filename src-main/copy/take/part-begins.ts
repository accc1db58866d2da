import type { PartBegin } from '../file/parts-options.js';

/** Where the parts of a take begin: the last three, for no more are to come at a time. */
export class PartBegins {
  readonly #first: PartBegin;
  #all: readonly PartBegin[] = [];

  /** @param first the take's first one, or the first that is copied */
  constructor(first: PartBegin = { number: 1, atMs: 0 }) {
    this.#first = first;
  }

  /** Another one, behind the others. */
  add(begin: PartBegin): void {
    this.#all = [...this.#all.slice(-2), begin];
  }

  /** The last one that was asked for. */
  get last(): PartBegin {
    return this.#all.at(-1) ?? this.#first;
  }

  /** In which a file begins at a moment. @param nowMs of the take */
  at(nowMs: number): PartBegin {
    return this.#all.findLast(({ atMs }) => atMs <= nowMs) ?? this.#first;
  }

  /** Those behind a part. */
  behind({ number }: PartBegin): readonly PartBegin[] {
    return this.#all.filter((begin) => begin.number > number);
  }
}
