import type { Columns, Reduction } from './columns.js';

/** Which numbers a ring keeps, how long, and how finely. */
export interface RingShape<Name extends string> {
  /** Buckets at most; with it the memory of the ring is settled for good. */
  readonly capacity: number;
  /** Time that one bucket spans, at first. */
  readonly widthMs: number;
  /** `slides`: the oldest leave. `merges`: when all are used, pairs become one and each spans twice as long. */
  readonly whenFull: 'slides' | 'merges';
  readonly columns: Pick<Columns<Name, never>, 'names' | 'reductions'>;
  /** The column whose highest moment the `atPeak` columns are those of. */
  readonly peak: NoInfer<Name>;
  /** Where the first bucket begins, in ms; by default at the first sample. */
  readonly originMs?: number;
  /** A silence of more than so many ms is read as a row without numbers; null: as nothing. */
  readonly gapMs: number | null;
}

/** One bucket as a chart draws it, at its middle; null where nothing was measured. */
export type BucketRow<Name extends string> = { readonly atMs: number } & Readonly<
  Record<Name, number | null>
>;

/** What a ring holds, as plain data: for another ring of the same shape. */
export interface RingState<Name extends string> {
  readonly widthMs: number;
  /** Null while nothing was added. */
  readonly originMs: number | null;
  /** Those that hold something, from the oldest to the newest. */
  readonly rows: readonly BucketRow<Name>[];
}

/**
 * How many buckets may lie between two readings before the line between them is interrupted: at least two, for a
 * reading that falls beside its bucket is no gap.
 *
 * @param gapMs a silence that is drawn as one
 */
export function gapBuckets(gapMs: number, widthMs: number): number {
  return Math.max(2, Math.ceil(gapMs / widthMs));
}

/**
 * Samples over time in a fixed number of buckets. Everything is allocated at the start: eight hours at ten
 * samples a second use as much memory as one minute.
 */
export class BucketRing<Name extends string> {
  readonly capacity: number;
  readonly #names: readonly Name[];
  readonly #reductions: readonly Reduction[];
  readonly #peakColumn: number;
  readonly #whenFull: 'slides' | 'merges';
  readonly #values: Float64Array;
  /** The bucket's number on the time axis, per slot; NaN while the slot is unused. */
  readonly #ordinals: Float64Array;
  readonly #merged: Float64Array;
  readonly #gapMs: number | null;
  #widthMs: number;
  #originMs: number | null;
  #latest = Number.NaN;

  /** @throws RangeError when its capacity is odd: pairs become one */
  constructor(shape: RingShape<Name>) {
    if (shape.capacity < 2 || shape.capacity % 2 !== 0) throw new RangeError('capacity must be even');
    this.capacity = shape.capacity;
    this.#names = shape.columns.names;
    this.#reductions = shape.columns.reductions;
    this.#peakColumn = this.#names.indexOf(shape.peak);
    this.#gapMs = shape.gapMs;
    this.#originMs = shape.originMs ?? null;
    this.#whenFull = shape.whenFull;
    this.#widthMs = shape.widthMs;
    this.#values = new Float64Array(shape.capacity * this.#names.length).fill(Number.NaN);
    this.#ordinals = new Float64Array(shape.capacity).fill(Number.NaN);
    this.#merged = new Float64Array(this.#names.length);
  }

  /** Time that one bucket spans now. */
  get widthMs(): number {
    return this.#widthMs;
  }

  /**
   * Adds what was measured at a moment, without keeping the array.
   *
   * @param atMs finite
   * @param sample of the ring's columns; NaN where nothing was measured
   */
  add(atMs: number, sample: Float64Array): void {
    this.#originMs ??= Math.floor(atMs / this.#widthMs) * this.#widthMs;
    if (Number.isNaN(this.#latest)) this.#latest = 0;
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

  /** The buckets that hold something, from the oldest to the newest, at most {@link capacity}. */
  read(): BucketRow<Name>[] {
    const rows: BucketRow<Name>[] = [];
    if (Number.isNaN(this.#latest)) return rows;
    const maxApart = this.#gapMs === null ? Infinity : gapBuckets(this.#gapMs, this.#widthMs);
    let previous = Number.NaN;
    for (let ordinal = Math.max(0, this.#latest - this.capacity + 1); ordinal <= this.#latest; ordinal += 1) {
      const slot = ordinal % this.capacity;
      if (this.#ordinals[slot] !== ordinal) continue;
      if (ordinal - previous > maxApart) rows.push(this.#row(previous + 1, -1));
      rows.push(this.#row(ordinal, slot));
      previous = ordinal;
    }
    return rows;
  }

  /** What {@link BucketRing.restore} takes. */
  get state(): RingState<Name> {
    const rows = this.read().filter((row) => this.#names.some((name) => row[name] !== null));
    return { widthMs: this.#widthMs, originMs: this.#originMs, rows };
  }

  /** Takes the place of what was added so far. Rows that do not fit into a ring of this shape are left out. */
  restore({ widthMs, originMs, rows }: RingState<Name>): void {
    this.#widthMs = widthMs;
    this.#originMs = originMs;
    this.#latest = Number.NaN;
    this.#ordinals.fill(Number.NaN);
    for (const row of rows) {
      const ordinal = Math.round((row.atMs - (originMs ?? 0)) / widthMs - 0.5);
      if (originMs === null || ordinal < 0 || (this.#whenFull === 'merges' && ordinal >= this.capacity))
        continue;
      const slot = ordinal % this.capacity;
      this.#clear(slot, ordinal);
      this.#names.forEach((name, column) => {
        this.#values[slot * this.#names.length + column] = row[name] ?? Number.NaN;
      });
      this.#latest = ordinal;
    }
  }

  #row(ordinal: number, slot: number): BucketRow<Name> {
    const row: Record<string, number | null> = {
      atMs: (this.#originMs ?? 0) + (ordinal + 0.5) * this.#widthMs,
    };
    this.#names.forEach((name, column) => {
      const value = slot < 0 ? Number.NaN : this.#value(slot, column);
      row[name] = Number.isNaN(value) ? null : value;
    });
    return row as BucketRow<Name>;
  }

  #value(slot: number, column: number): number {
    return this.#values[slot * this.#names.length + column] ?? Number.NaN;
  }

  #clear(slot: number, ordinal: number): void {
    const start = slot * this.#names.length;
    this.#values.fill(Number.NaN, start, start + this.#names.length);
    this.#ordinals[slot] = ordinal;
  }

  #combine(slot: number, sample: Float64Array): void {
    const start = slot * this.#names.length;
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
    const width = this.#names.length;
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
