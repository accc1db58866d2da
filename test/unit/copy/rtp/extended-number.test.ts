import { describe, expect, it } from 'vitest';
import { ExtendedNumber } from '../../../../src-main/copy/rtp/extended-number.js';

describe('an extended number', () => {
  it('goes on over the wrap, and takes late ones before it', () => {
    const number = new ExtendedNumber(16);
    expect([65_534, 65_535, 1, 0, 65_533, 2].map((wire) => number.extend(wire) - 65_536)).toEqual([
      65_534, 65_535, 65_537, 65_536, 65_533, 65_538,
    ]);
    expect(number.highest).toBe(65_538 + 65_536);
  });

  it('takes up to half a round for a step ahead, and the rest for one back', () => {
    const number = new ExtendedNumber(16);
    const start = number.extend(0);
    expect(number.near(32_767) - start).toBe(32_767);
    expect(number.near(32_768) - start).toBe(-32_768);
    expect(number.highest).toBe(start);
  });

  it('stays exact for times of 32 bits over many rounds', () => {
    const number = new ExtendedNumber(32);
    const step = 2 ** 31 - 1;
    const start = number.extend(0);
    for (let count = 1; count <= 10_000; count += 1) {
      expect(number.extend((count * step) % 2 ** 32) - start).toBe(count * step);
    }
  });
});
