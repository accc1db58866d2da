import { describe, expect, it } from 'vitest';
import { BucketRing } from '../../../src-main/chart/bucket-ring.js';
import { Columns } from '../../../src-main/chart/columns.js';

interface Reading {
  readonly value: number;
  readonly limit: number | null;
}

const columns = new Columns<'high' | 'low' | 'part' | 'rest' | 'limit', Reading>({
  high: { reduction: 'max', read: ({ value }) => value },
  low: { reduction: 'min', read: ({ value }) => value },
  part: { reduction: 'atPeak', read: ({ value }) => value * 0.25 },
  rest: { reduction: 'atPeak', read: ({ value }) => value * 0.75 },
  limit: { reduction: 'last', read: ({ limit }) => limit },
});

function ring(whenFull: 'slides' | 'merges', capacity = 4): BucketRing<(typeof columns)['names'][number]> {
  return new BucketRing({ capacity, widthMs: 1000, whenFull, columns, peak: 'high', gapMs: 5_000 });
}

function sample(value: number, limit: number | null = 100): Float64Array {
  return columns.sampleOf({ value, limit });
}

describe('BucketRing', () => {
  it('keeps the highest and the lowest of a bucket, with the parts of its highest moment', () => {
    const buckets = ring('slides');
    for (const [atMs, value] of [
      [0, 8],
      [100, 20],
      [900, 4],
    ] as const) {
      buckets.add(atMs, sample(value));
    }
    const [row] = buckets.read();
    expect(row).toEqual({ atMs: 500, high: 20, low: 4, part: 5, rest: 15, limit: 100 });
  });

  it('takes the latest of what only changes, and nothing where nothing was measured', () => {
    const buckets = ring('slides');
    buckets.add(0, sample(8, null));
    expect(buckets.read()[0]?.limit).toBeNull();
    buckets.add(10, sample(8, 50));
    buckets.add(20, sample(7, 40));
    buckets.add(30, sample(7, null));
    expect(buckets.read()[0]?.limit).toBe(40);
  });

  it('slides: the oldest buckets leave', () => {
    const buckets = ring('slides');
    for (let second = 0; second < 10; second += 1) buckets.add(second * 1000, sample(second));
    expect(buckets.read().map(({ high }) => high)).toEqual([6, 7, 8, 9]);
    expect(buckets.widthMs).toBe(1000);
  });

  it('merges: pairs become one, and no extreme is lost', () => {
    const buckets = ring('merges');
    const values = [3, 9, 1, 4, 7, 2, 8, 5, 6];
    values.forEach((value, second) => buckets.add(second * 1000, sample(value)));
    const rows = buckets.read();
    expect(buckets.widthMs).toBe(4000);
    expect(rows.map(({ high, low }) => [high, low])).toEqual([
      [9, 1],
      [8, 2],
      [6, 6],
    ]);
    for (const { high, part, rest } of rows) expect((part ?? 0) + (rest ?? 0)).toBe(high);
  });

  it('holds eight hours at ten samples a second in as many buckets as one minute', () => {
    const buckets = ring('merges', 300);
    const one = sample(0);
    const count = 8 * 3600 * 10;
    for (let index = 0; index < count; index += 1) {
      one.fill(index % 1000 === 0 ? 500 : index % 100);
      buckets.add(index * 100, one);
    }
    const rows = buckets.read();
    expect(rows.length).toBeGreaterThan(150);
    expect(rows.length).toBeLessThanOrEqual(300);
    expect(rows[0]?.atMs).toBeLessThan(buckets.widthMs);
    expect(Math.abs((rows[rows.length - 1]?.atMs ?? 0) - count * 100)).toBeLessThanOrEqual(buckets.widthMs);
    expect(rows.every(({ high, low }) => high === 500 && low === 0)).toBe(true);
  });

  it('shows a long silence as a gap', () => {
    const buckets = ring('slides', 20);
    buckets.add(0, sample(1));
    buckets.add(12_000, sample(2));
    expect(buckets.read().map(({ high }) => high)).toEqual([1, null, 2]);
  });

  it('shows a silence as nothing when nobody asks for gaps, and begins where it is told to', () => {
    const buckets = new BucketRing({
      ...{ capacity: 4, widthMs: 1000, whenFull: 'merges', columns, peak: 'high' },
      ...{ gapMs: null, originMs: 0 },
    });
    buckets.add(1_200, sample(1));
    buckets.add(7_900, sample(2));
    expect(buckets.read().map(({ atMs, high }) => [atMs, high])).toEqual([
      [1_000, 1],
      [7_000, 2],
    ]);
  });

  it.each(['slides', 'merges'] as const)(
    'goes on in another ring where the first one was: %s',
    (whenFull) => {
      const first = ring(whenFull, 8);
      const [one, other] = [ring(whenFull, 8), ring(whenFull, 8)];
      for (const second of [1, 2, 3, 9, 10, 11]) first.add(second * 1000, sample(second));
      other.add(77_000, sample(7));
      for (const copy of [one, other]) {
        // As it arrives over a border.
        copy.restore(JSON.parse(JSON.stringify(first.state)) as typeof first.state);
        expect(copy.read()).toEqual(first.read());
      }
      for (const buckets of [first, one, other]) buckets.add(21_500, sample(4));
      expect(one.read()).toEqual(first.read());
      expect(other.read()).toEqual(first.read());
      other.restore(ring(whenFull, 8).state);
      expect(other.read()).toEqual([]);
    },
  );

  it('puts what comes from a clock that was set back into the newest bucket', () => {
    const buckets = ring('slides');
    buckets.add(10_000, sample(5));
    buckets.add(2_000, sample(9));
    expect(buckets.read().map(({ high }) => high)).toEqual([9]);
  });
});
