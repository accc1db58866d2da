import { describe, expect, it } from 'vitest';
import { LateTicks } from '../../../../src-main/copy/receive/late-ticks.js';

describe('a tick', () => {
  it('is left out after the event loop was blocked, so that what came is read first', () => {
    const ticks = new LateTicks(0);
    expect([10, 110, 8_110, 8_120].map((ms) => ticks.blockedMs(ms))).toEqual([0, 0, 8_000, 0]);
  });

  it('is taken however late it is when the one before was left out', () => {
    const ticks = new LateTicks(0);
    expect([200, 400, 600, 800].map((ms) => ticks.blockedMs(ms))).toEqual([200, 0, 200, 0]);
  });
});
