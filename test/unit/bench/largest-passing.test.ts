import { describe, expect, it } from 'vitest';
import { largestPassing } from '../../bench/largest-passing.js';

describe('largestPassing', () => {
  it('finds the threshold for every threshold and limit', async () => {
    for (let limit = 1; limit <= 20; limit += 1) {
      for (let threshold = 0; threshold <= limit; threshold += 1) {
        const found = await largestPassing((candidate) => Promise.resolve(candidate <= threshold), limit);
        expect(found).toBe(threshold);
      }
    }
  });

  it('tries no number twice', async () => {
    const tried: number[] = [];
    await largestPassing((candidate) => {
      tried.push(candidate);
      return Promise.resolve(candidate <= 11);
    }, 64);
    expect(tried).toEqual([1, 2, 4, 8, 16, 12, 10, 11]);
  });
});
