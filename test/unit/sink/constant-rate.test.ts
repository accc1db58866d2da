import { expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { placesInSlot } from '../../../src-main/ffmpeg/constant-rate-filters.js';
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
  expect(rate.inputTimeOf(slotMs, false)).toBeCloseTo(1.28 * slotMs, 6);
  expect(rate.inputTimeOf(5 * slotMs, false)).toBeCloseTo(5.28 * slotMs, 6);
  expect(rate.newestMs).toBeCloseTo(5 * slotMs, 6);
});

it('gives no slot twice', () => {
  const rate = newRate();
  rate.inputTimeOf(0, false);
  expect(rate.inputTimeOf(-70, false)).toBeCloseTo(1.28 * slotMs, 6);
  expect(rate.inputTimeOf(slotMs, false)).toBeCloseTo(2.28 * slotMs, 6);
});

it('counts what is shown again: by ffmpeg, and by us', () => {
  const rate = newRate();
  rate.inputTimeOf(0, true);
  rate.inputTimeOf(slotMs, false);
  rate.inputTimeOf(2 * slotMs, false);
  expect(rate.slots.repeatedFrames).toBe(1);
  // 30 slots, all of them with that frame.
  rate.inputTimeOf(32 * slotMs, true);
  expect(rate.slots.repeatedFrames).toBe(31);
  rate.inputTimeOf(33 * slotMs, false);
  expect(rate.slots.repeatedFrames).toBe(31);
});

it('leaves slots empty behind a frame that is shown once, and tells such frames apart by their places', () => {
  const rate = newRate();
  const placeOf = (slot: number, isShownOnce: boolean): number =>
    Math.round(100 * (rate.inputTimeOf(slot * slotMs, false, isShownOnce) / slotMs - slot)) / 100;
  const places = [
    placeOf(6, true),
    placeOf(12, true),
    placeOf(18, true),
    placeOf(24, false),
    placeOf(30, true),
    placeOf(31, true),
  ];
  const { once, repeated } = placesInSlot;
  expect(places).toEqual([once[0], once[1], once[0], repeated, once[0], once[1]]);
  // Slots 0 to 5 have black; those behind 6, 12 and 18 are empty; 25 to 29 show the frame of 24.
  expect(rate.slots).toEqual({ repeatedFrames: 11, emptySlots: 15 });
});

it('shows every frame again where whole milliseconds cannot tell the places apart', () => {
  const rate = ConstantRate.of({ ...profiles['720p30'], maxFps: 120 });
  for (const slot of [0, 6, 12]) rate?.inputTimeOf((slot * 1000) / 120, false, true);
  expect(rate?.slots).toEqual({ repeatedFrames: 10, emptySlots: 0 });
});

it('is none of a profile with a variable rate', () => {
  expect(ConstantRate.of(profiles.source)).toBeNull();
});
