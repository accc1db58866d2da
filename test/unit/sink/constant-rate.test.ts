import { expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { ConstantRate } from '../../../src-main/sink/constant-rate.js';

const slotMs = 1000 / 30;

function newRate(): ConstantRate {
  const rate = ConstantRate.of(profiles['720p30']);
  if (rate === null) throw new Error('720p30 has a constant rate');
  return rate;
}

it('hands a frame over a little after its slot’s beginning, the first one at 0', () => {
  const rate = newRate();
  expect(rate.inputTimeOf(0, false)).toBe(0);
  expect(rate.inputTimeOf(slotMs, false)).toBeCloseTo(1.3 * slotMs, 6);
  expect(rate.inputTimeOf(5 * slotMs, false)).toBeCloseTo(5.3 * slotMs, 6);
  expect(rate.newestMs).toBeCloseTo(5 * slotMs, 6);
});

it('gives no slot twice', () => {
  const rate = newRate();
  rate.inputTimeOf(0, false);
  expect(rate.inputTimeOf(-70, false)).toBeCloseTo(1.3 * slotMs, 6);
  expect(rate.inputTimeOf(slotMs, false)).toBeCloseTo(2.3 * slotMs, 6);
});

it('counts what is shown again: by ffmpeg, and by us', () => {
  const rate = newRate();
  rate.inputTimeOf(0, true);
  rate.inputTimeOf(slotMs, false);
  rate.inputTimeOf(2 * slotMs, false);
  expect(rate.repeated).toBe(1);
  // 30 slots, all of them with that frame.
  rate.inputTimeOf(32 * slotMs, true);
  expect(rate.repeated).toBe(31);
  rate.inputTimeOf(33 * slotMs, false);
  expect(rate.repeated).toBe(31);
});

it('says whether ffmpeg would repeat the last frame at the end', () => {
  const rate = newRate();
  const at = (slot: number): boolean => {
    rate.inputTimeOf(slot * slotMs, false);
    return rate.repeatsAtEnd;
  };
  expect([0, 6, 12, 18, 19, 20, 26].map(at)).toEqual([false, false, true, true, true, false, false]);
});

it('is none of a profile with a variable rate', () => {
  expect(ConstantRate.of(profiles.source)).toBeNull();
});
