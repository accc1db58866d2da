import { describe, expect, it } from 'vitest';
import { judgeFlatness, median, type MemoryReading } from '../../../src-main/telemetry/flatness.js';

const options = { warmUpMs: 60_000, blockMs: 20_000 };

/** Repeatable noise in 0..1, for a test that fails must fail again. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A reading a second: saw-teeth of a garbage collector on a slope, after a steep warm-up. */
function readings(minutes: number, mbPerMinute: number, seed = 1): MemoryReading[] {
  const random = randomFrom(seed);
  let tooth = 0;
  return Array.from({ length: minutes * 60 + 61 }, (_, second) => {
    tooth = tooth > 8 + 4 * random() ? 0 : tooth + 0.7;
    const warmUpMb = Math.min(0, (second - 60) * 0.8);
    const rssMb = 140 + warmUpMb + tooth + random() + (mbPerMinute * second) / 60;
    return { atMs: 1_000 + second * 1000, rssBytes: rssMb * 1e6 };
  });
}

describe('judgeFlatness', () => {
  it('calls saw-teeth without a slope flat, whatever the warm-up did', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      expect(judgeFlatness(readings(5, 0, seed), options).verdict).toBe('flat');
    }
  });

  it('calls a slow leak leaking and finds its slope', () => {
    const { verdict, slope } = judgeFlatness(readings(5, 3), options);
    expect(verdict).toBe('leaking');
    expect(slope?.mbPerMinute).toBeCloseTo(3, 0);
    expect(slope?.lowerMbPerMinute).toBeLessThanOrEqual(slope?.mbPerMinute ?? NaN);
    expect(slope?.upperMbPerMinute).toBeGreaterThanOrEqual(slope?.mbPerMinute ?? NaN);
  });

  it('never calls a leak flat', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      expect(judgeFlatness(readings(5, 2, seed), options).verdict).not.toBe('flat');
    }
  });

  it('says undecided when there are too few blocks', () => {
    expect(judgeFlatness(readings(1, 0), options)).toMatchObject({ verdict: 'undecided', slope: null });
  });

  it('uses every whole block and leaves a begun one out', () => {
    expect(judgeFlatness(readings(5, 0), options).blockMinimaBytes).toHaveLength(15);
    const cut = readings(5, 0).slice(0, -12);
    expect(judgeFlatness(cut, options).blockMinimaBytes).toHaveLength(14);
  });

  it('gives no verdict when a reading is missing, except during the warm-up', () => {
    const whole = readings(5, 0);
    const withGapAt = (gap: number): MemoryReading[] =>
      whole.map((reading, index) => (index === gap ? { ...reading, rssBytes: null } : reading));
    expect(judgeFlatness(withGapAt(200), options).verdict).toBe('unreadable');
    expect(judgeFlatness(withGapAt(20), options).verdict).toBe('flat');
  });

  it('says undecided of nothing', () => {
    expect(judgeFlatness([], options).verdict).toBe('undecided');
  });
});

describe('median', () => {
  it('is the middle value, or the mean of the two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});
