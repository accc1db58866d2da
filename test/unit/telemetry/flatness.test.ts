import { describe, expect, it } from 'vitest';
import type { MemoryVerdict } from '../../../src-main/contract/verdict.js';
import { limitsOver } from '../../../src-main/contract/verdict-rules.js';
import { type BlockMinimum, judgeBlocks, median } from '../../../src-main/telemetry/flatness.js';
import { MemoryTrendMonitor } from '../../../src-main/telemetry/memory-trend-monitor.js';

interface Reading {
  readonly atMs: number;
  readonly rssBytes: number | null;
}

/** Repeatable noise in 0..1, for a test that fails must fail again. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A reading a second: saw-teeth of a garbage collector on a slope, after a steep warm-up. */
function readings(minutes: number, mbPerMinute: number, seed = 1): Reading[] {
  const random = randomFrom(seed);
  let tooth = 0;
  return Array.from({ length: minutes * 60 + 61 }, (_, second) => {
    tooth = tooth > 8 + 4 * random() ? 0 : tooth + 0.7;
    const warmUpMb = Math.min(0, (second - 60) * 0.8);
    const rssMb = 140 + warmUpMb + tooth + random() + (mbPerMinute * second) / 60;
    return { atMs: 1_000 + second * 1000, rssBytes: rssMb * 1e6 };
  });
}

/** As the product judges the recorder's own memory. */
function judge(given: readonly Reading[]): MemoryVerdict | null {
  const monitor = new MemoryTrendMonitor();
  for (const { atMs, rssBytes } of given) {
    monitor.add({
      atMs,
      mainRssBytes: rssBytes,
      ffmpegRssBytes: undefined,
      rendererRssBytes: undefined,
      workload: '',
    });
  }
  return monitor.verdict;
}

describe('the verdict on minutes of readings', () => {
  it('calls saw-teeth without a slope flat, whatever the warm-up did', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      expect(judge(readings(5, 0, seed))?.main.verdict).toBe('flat');
    }
  });

  it('calls a slow leak leaking and finds its slope', () => {
    const { verdict, slope } = judge(readings(5, 3))?.main ?? {};
    expect(verdict).toBe('leaking');
    expect(slope?.mbPerMinute).toBeCloseTo(3, 0);
    expect(slope?.lowerMbPerMinute).toBeLessThanOrEqual(slope?.mbPerMinute ?? NaN);
    expect(slope?.upperMbPerMinute).toBeGreaterThanOrEqual(slope?.mbPerMinute ?? NaN);
  });

  it('never calls a leak flat', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      expect(judge(readings(5, 2, seed))?.main.verdict).not.toBe('flat');
    }
  });

  it('says undecided when there are too few blocks', () => {
    expect(judge(readings(1, 0))?.main).toEqual({ verdict: 'undecided', slope: null });
  });

  it('uses every whole block and leaves a begun one out', () => {
    expect(judge(readings(5, 0))).toMatchObject({ windowMs: 300_000, blockMs: 20_000 });
    expect(judge(readings(5, 0).slice(0, -12))).toMatchObject({ windowMs: 280_000, blockMs: 20_000 });
  });

  it('gives no verdict when a reading is missing, except during the warm-up', () => {
    const whole = readings(5, 0);
    const withGapAt = (gap: number): Reading[] =>
      whole.map((reading, index) => (index === gap ? { ...reading, rssBytes: null } : reading));
    expect(judge(withGapAt(200))?.main.verdict).toBe('unreadable');
    expect(judge(withGapAt(20))?.main.verdict).toBe('flat');
  });

  it('says nothing of nothing', () => {
    expect(judge([])).toBeNull();
  });
});

describe('judgeBlocks', () => {
  const line = (mbPerMinute: number, blocks: number): BlockMinimum[] =>
    Array.from({ length: blocks }, (_, minute) => ({
      atMs: minute * 60_000,
      rssBytes: (100 + mbPerMinute * minute) * 1e6,
    }));

  it('asks for five blocks', () => {
    expect(judgeBlocks([line(9, 4)], limitsOver(0))).toEqual({ verdict: 'undecided', slope: null });
    expect(judgeBlocks([line(9, 5)], limitsOver(0)).verdict).toBe('leaking');
  });

  it('calls a slope between 0.5 and 1 MB/min leaking, and one at or below 0.5 flat', () => {
    expect(judgeBlocks([line(0.6, 12)], limitsOver(0)).verdict).toBe('leaking');
    expect(judgeBlocks([line(0.5, 12)], limitsOver(0)).verdict).toBe('flat');
    expect(judgeBlocks([line(-3, 12)], limitsOver(0)).verdict).toBe('flat');
  });
});

describe('limitsOver', () => {
  it('asks a window of 25 minutes to be flatter than 0.2 MB/min', () => {
    expect(limitsOver(25 * 60_000 - 1).flatBelowMbPerMinute).toBe(1);
    expect(limitsOver(25 * 60_000)).toEqual({
      flatBelowMbPerMinute: 0.2,
      leakAboveMbPerMinute: 0.5,
      areChosen: false,
    });
  });

  it('takes what was chosen over any window, and the product’s own for what was not', () => {
    expect(limitsOver(60 * 60_000, { flatBelowMbPerMinute: 0.7 })).toEqual({
      flatBelowMbPerMinute: 0.7,
      leakAboveMbPerMinute: 0.5,
      areChosen: true,
    });
    expect(limitsOver(0, { leakAboveMbPerMinute: 2 })).toMatchObject({
      flatBelowMbPerMinute: 1,
      leakAboveMbPerMinute: 2,
    });
  });
});

describe('median', () => {
  it('is the middle value, or the mean of the two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});
