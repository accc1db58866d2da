import { expect, it } from 'vitest';
import { correctionOf, syncRules } from '../../../../src-renderer/derive/media-sync.js';

it('leaves alone what is no further off than a frame of audio is long', () => {
  expect(correctionOf(14, 1)).toEqual({ kind: 'rate', rate: 1 });
  expect(correctionOf(-14, 1)).toEqual({ kind: 'rate', rate: 1 });
});

it('slows what is ahead, hurries what is behind, and no more than a little', () => {
  expect(correctionOf(24, 1)).toEqual({ kind: 'rate', rate: 0.96 });
  expect(correctionOf(-24, 1)).toEqual({ kind: 'rate', rate: 1.04 });
  for (const driftMs of [-250, -120, 120, 250]) {
    const correction = correctionOf(driftMs, 1);
    expect(correction.kind === 'rate' && Math.abs(correction.rate - 1)).toBeCloseTo(
      syncRules.maxRateChange,
      9,
    );
  }
});

it('steers on until it is steady, so that it does not begin again at once', () => {
  expect(correctionOf(10, 0.97)).not.toEqual({ kind: 'rate', rate: 1 });
  expect(correctionOf(3, 0.97)).toEqual({ kind: 'rate', rate: 1 });
});

it('puts what is more than 250 ms off where it belongs', () => {
  expect(correctionOf(251, 1)).toEqual({ kind: 'seek' });
  expect(correctionOf(-251, 1.05)).toEqual({ kind: 'seek' });
});

it.each([240, 100, -100, -240])('brings a file that is %i ms off below 40 ms, and to rest', (offMs) => {
  const tickMs = 50;
  let driftMs = offMs;
  let rate = 1;
  let belowAtMs = Infinity;
  for (let atMs = 0; atMs < 6_000; atMs += tickMs) {
    const correction = correctionOf(driftMs, rate);
    if (correction.kind === 'seek') throw new Error('it is near enough to be steered');
    rate = correction.rate;
    driftMs += (rate - 1) * tickMs;
    if (Math.abs(driftMs) < 40) belowAtMs = Math.min(belowAtMs, atMs);
  }
  expect(belowAtMs).toBeLessThan(3_500);
  expect(Math.abs(driftMs)).toBeLessThan(syncRules.steadyBelowMs);
  expect(rate).toBe(1);
});
