/**
 * How several samples of one bucket become one number. `atPeak` takes the sample of the moment at which the
 * ring's peak column was highest, so that parts still add up to their whole.
 */
export type Reduction = 'min' | 'max' | 'last' | 'atPeak';

export interface RingShape<Name extends string> {
  /** Buckets at most; with it the memory of the ring is settled for good. */
  readonly capacity: number;
  /** Time that one bucket spans, at first. */
  readonly widthMs: number;
  /** `slides`: the oldest leave. `merges`: when all are used, pairs become one and each spans twice as long. */
  readonly whenFull: 'slides' | 'merges';
  readonly columns: Readonly<Record<Name, Reduction>>;
  readonly peak: NoInfer<Name>;
}

/** One bucket as a chart draws it; null where nothing was measured. */
export type BucketRow<Name extends string> = { readonly atMs: number } & Readonly<
  Record<Name, number | null>
>;

/** A longer silence than this, and than two buckets, is drawn as a gap. */
const gapMs = 5_000;

/**
 * Samples over time in a fixed number of buckets. Everything is allocated at the start: eight hours at ten
 * samples a second use as much memory as one minute.
 */
export class BucketRing<Name extends string> {
  readonly names: readonly Name[];
  readonly capacity: number;
  readonly #reductions: readonly Reduction[];
  readonly #peakColumn: number;
  readonly #whenFull: 'slides' | 'merges';
  readonly #values: Float64Array;
  /** The bucket's number on the time axis, per slot; NaN while the slot is unused. */
  readonly #ordinals: Float64Array;
  readonly #merged: Float64Array;
  #widthMs: number;
  #originMs = 0;
  #latest = Number.NaN;

  constructor(shape: RingShape<Name>) {
    if (shape.capacity < 2 || shape.capacity % 2 !== 0) throw new RangeError('capacity must be even');
    this.names = Object.keys(shape.columns) as Name[];
    this.capacity = shape.capacity;
    this.#reductions = this.names.map((name) => shape.columns[name]);
    this.#peakColumn = this.names.indexOf(shape.peak);
    this.#whenFull = shape.whenFull;
    this.#widthMs = shape.widthMs;
    this.#values = new Float64Array(shape.capacity * this.names.length).fill(Number.NaN);
    this.#ordinals = new Float64Array(shape.capacity).fill(Number.NaN);
    this.#merged = new Float64Array(this.names.length);
  }

  /** Time that one bucket spans now. */
  get widthMs(): number {
    return this.#widthMs;
  }

  /** @param sample one number for each of {@link names}; NaN where nothing was measured */
  add(atMs: number, sample: Float64Array): void {
    if (Number.isNaN(this.#latest)) {
      this.#originMs = Math.floor(atMs / this.#widthMs) * this.#widthMs;
      this.#latest = 0;
    }
    // A clock that is set back does not rewrite the past: what comes now belongs to the newest bucket.
    let ordinal = Math.max(this.#latest, Math.floor((atMs - this.#originMs) / this.#widthMs));
    if (this.#whenFull === 'merges') {
      while (ordinal >= this.capacity) {
        this.#mergePairs();
        ordinal = Math.floor(ordinal / 2);
      }
    }
    this.#latest = ordinal;
    const slot = ordinal % this.capacity;
    if (this.#ordinals[slot] !== ordinal) this.#clear(slot, ordinal);
    this.#combine(slot, sample);
  }

  /** The buckets from the oldest to the newest, at most {@link capacity}. */
  read(): BucketRow<Name>[] {
    const rows: BucketRow<Name>[] = [];
    if (Number.isNaN(this.#latest)) return rows;
    const gapBuckets = Math.max(2, Math.ceil(gapMs / this.#widthMs));
    let previous = Number.NaN;
    for (let ordinal = Math.max(0, this.#latest - this.capacity + 1); ordinal <= this.#latest; ordinal += 1) {
      const slot = ordinal % this.capacity;
      if (this.#ordinals[slot] !== ordinal) continue;
      if (ordinal - previous > gapBuckets) rows.push(this.#row(previous + 1, -1));
      rows.push(this.#row(ordinal, slot));
      previous = ordinal;
    }
    return rows;
  }

  #row(ordinal: number, slot: number): BucketRow<Name> {
    const row: Record<string, number | null> = { atMs: this.#originMs + (ordinal + 0.5) * this.#widthMs };
    this.names.forEach((name, column) => {
      const value = slot < 0 ? Number.NaN : this.#value(slot, column);
      row[name] = Number.isNaN(value) ? null : value;
    });
    return row as BucketRow<Name>;
  }

  #value(slot: number, column: number): number {
    return this.#values[slot * this.names.length + column] ?? Number.NaN;
  }

  #clear(slot: number, ordinal: number): void {
    const start = slot * this.names.length;
    this.#values.fill(Number.NaN, start, start + this.names.length);
    this.#ordinals[slot] = ordinal;
  }

  #combine(slot: number, sample: Float64Array): void {
    const start = slot * this.names.length;
    const highest = this.#value(slot, this.#peakColumn);
    const candidate = sample[this.#peakColumn] ?? Number.NaN;
    const isPeak = Number.isNaN(highest) || candidate > highest;
    this.#reductions.forEach((reduction, column) => {
      const next = sample[column] ?? Number.NaN;
      if (Number.isNaN(next)) return;
      const present = this.#value(slot, column);
      if (Number.isNaN(present) || wins(reduction, present, next, isPeak))
        this.#values[start + column] = next;
    });
  }

  #mergePairs(): void {
    const width = this.names.length;
    for (let target = 0; target < this.capacity; target += 1) {
      const [first, second] = [2 * target, 2 * target + 1];
      const firstUsed = first < this.capacity && this.#ordinals[first] === first;
      const secondUsed = second < this.capacity && this.#ordinals[second] === second;
      if (secondUsed) this.#merged.set(this.#values.subarray(second * width, (second + 1) * width));
      if (firstUsed) this.#values.copyWithin(target * width, first * width, (first + 1) * width);
      else this.#clear(target, target);
      this.#ordinals[target] = firstUsed || secondUsed ? target : Number.NaN;
      if (secondUsed) this.#combine(target, this.#merged);
    }
    this.#latest = Math.floor(this.#latest / 2);
    this.#widthMs *= 2;
  }
}

function wins(reduction: Reduction, present: number, next: number, isPeak: boolean): boolean {
  switch (reduction) {
    case 'max':
      return next > present;
    case 'min':
      return next < present;
    case 'last':
      return true;
    case 'atPeak':
      return isPeak;
  }
}
