import { describe, expect, it } from 'vitest';
import {
  counterStatistics,
  offsetStatistics,
  pairMarks,
  quantile,
} from '../../../../src-main/lab/content/content-statistics.js';
import { clipFrameCount, counterModulus } from '../../../../src-main/lab/pattern/frame-code.js';

describe('pairing flashes with beeps', () => {
  it('pairs the nearest ones and leaves lonely ones alone', () => {
    const pairs = pairMarks([0, 1000, 2000, 4000], [30, 1030, 3030, 3990]);
    expect(pairs.map(({ offsetMs }) => offsetMs)).toEqual([30, 30, -10]);
  });

  it('finds nothing in nothing', () => {
    expect(pairMarks([], [1, 2])).toEqual([]);
    expect(offsetStatistics([])).toBeNull();
  });
});

describe('offset', () => {
  it('separates the constant, the wander and the drift', () => {
    const pairs = Array.from({ length: 61 }, (_, second) => ({
      flashMs: second * 1000,
      beepMs: second * 1000 + 26 + second / 10,
      offsetMs: 26 + second / 10,
    }));
    const offset = offsetStatistics(pairs);
    expect(offset?.medianMs).toBeCloseTo(29, 5);
    expect(offset?.p95AbsAfterMedianMs).toBeCloseTo(2.9, 5);
    expect(offset?.driftMsPerMin).toBeCloseTo(6, 5);
  });

  it('takes quantiles by rank', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([1, 2, 3, 4], 0.95)).toBe(4);
  });
});

describe('counters', () => {
  it('tells lost, doubled and reordered frames apart and passes over unreadable ones', () => {
    expect(counterStatistics([null, 5, 6, null, 9, 9, 8, 9, 10])).toEqual({
      first: 5,
      last: 10,
      missing: [7, 8],
      duplicated: [9],
      backwards: [8],
    });
  });

  it('goes on over the end of the counter', () => {
    expect(counterStatistics([counterModulus - 1, 1])).toMatchObject({ missing: [0], backwards: [] });
  });

  describe('of a clip', () => {
    /** Codes of a clip's frames start where those of painted ones end. */
    const clip = (...indexes: number[]): number[] => indexes.map((index) => counterModulus + index);

    it('go on counting where the clip starts again', () => {
      expect(counterStatistics(clip(598, 599, 0, 1))).toEqual({
        first: 598,
        last: 601,
        missing: [],
        duplicated: [],
        backwards: [],
      });
    });

    it('tell what is missing, doubled or swapped across the end of the loop', () => {
      expect(counterStatistics(clip(597, 599, 2, 2, 1, 3))).toEqual({
        first: 597,
        last: 603,
        missing: [598, 600, 601, 602],
        duplicated: [602],
        backwards: [601],
      });
    });

    it('see a gap of almost a whole loop as one, and not as a step back', () => {
      const { missing, backwards } = counterStatistics(clip(100, 0));
      expect(missing).toHaveLength(clipFrameCount - 101);
      expect(backwards).toEqual([]);
    });

    it('are not compared with those of painted frames', () => {
      expect(counterStatistics([7, 8, ...clip(3, 4)])).toMatchObject({ missing: [], backwards: [] });
    });
  });

  it('has no first and last without a readable frame', () => {
    expect(counterStatistics([null])).toEqual({
      first: null,
      last: null,
      missing: [],
      duplicated: [],
      backwards: [],
    });
  });
});
