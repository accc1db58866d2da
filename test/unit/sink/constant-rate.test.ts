import { expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { ConstantRate } from '../../../src-main/sink/constant-rate.js';
import { blackFrame, packPgmyuv, type PgmyuvFrame } from '../../../src-main/sink/pgmyuv-frame.js';

const slotMs = 1000 / 30;

function newRate(): ConstantRate {
  const rate = ConstantRate.of(profiles['720p30']);
  if (rate === null) throw new Error('720p30 has a constant rate');
  return rate;
}

function frame(): PgmyuvFrame {
  return packPgmyuv(new Uint8Array((32 * 18 * 3) / 2), 32, 18, 0);
}

it('hands a frame over a little after its slot’s beginning, the first one at 0', () => {
  const rate = newRate();
  expect(rate.inputTimeOf(0, frame())).toBe(0);
  expect(rate.inputTimeOf(slotMs, frame())).toBeCloseTo(1.3 * slotMs, 6);
  expect(rate.inputTimeOf(5 * slotMs, frame())).toBeCloseTo(5.3 * slotMs, 6);
  expect(rate.newestMs).toBeCloseTo(5 * slotMs, 6);
});

it('gives no slot twice', () => {
  const rate = newRate();
  rate.inputTimeOf(0, frame());
  expect(rate.inputTimeOf(-70, frame())).toBeCloseTo(1.3 * slotMs, 6);
  expect(rate.inputTimeOf(slotMs, frame())).toBeCloseTo(2.3 * slotMs, 6);
});

it('counts what is shown again: by ffmpeg, by us, and black', () => {
  const rate = newRate();
  const last = frame();
  rate.inputTimeOf(0, blackFrame());
  rate.inputTimeOf(slotMs, frame());
  rate.inputTimeOf(2 * slotMs, last);
  expect(rate.repeated).toBe(1);
  // 30 slots, all of them with that frame.
  rate.inputTimeOf(32 * slotMs, last);
  expect(rate.repeated).toBe(31);
  rate.inputTimeOf(33 * slotMs, frame());
  expect(rate.repeated).toBe(31);
});

it('is none of a profile with a variable rate', () => {
  expect(ConstantRate.of(profiles.source)).toBeNull();
});
