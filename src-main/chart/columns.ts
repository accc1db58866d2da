/**
 * How several samples of one bucket become one number. `atPeak` takes the sample of the moment at which the
 * ring's peak column was highest, so that parts still add up to their whole.
 */
export type Reduction = 'min' | 'max' | 'last' | 'atPeak';

/** One measure: how it is reduced, and where it is read from. */
export interface Column<Source> {
  readonly reduction: Reduction;
  /** @returns null where nothing was measured */
  readonly read: (source: Source) => number | null;
}

/**
 * The columns of a series by name. Samples are arrays, for they come ten times a second; which place in them is
 * whose is known here and nowhere else.
 */
export class Columns<Name extends string, Source> {
  readonly names: readonly Name[];
  readonly reductions: readonly Reduction[];
  readonly #readers: readonly Column<Source>['read'][];
  readonly #sample: Float64Array;

  /** @param columns in the order in which rows list them */
  constructor(columns: Readonly<Record<Name, Column<Source>>>) {
    this.names = Object.keys(columns) as Name[];
    this.reductions = this.names.map((name) => columns[name].reduction);
    this.#readers = this.names.map((name) => columns[name].read);
    this.#sample = new Float64Array(this.names.length);
  }

  /**
   * Reads one number for each of {@link names}; NaN where nothing was measured.
   *
   * @returns the same array each time: it is valid until the next call
   */
  sampleOf(source: Source): Float64Array {
    for (let index = 0; index < this.#readers.length; index += 1) {
      this.#sample[index] = this.#readers[index]?.(source) ?? Number.NaN;
    }
    return this.#sample;
  }
}
