import { expect, it } from 'vitest';
import { FramePlaces } from '../../../src-main/deliver/frame-places.js';

const slotUs = 1_000_000 / 30;

/** Slots of frames that come at these times, in slots of 30 fps. */
function slotsOf(times: readonly number[]): number[] {
  const places = new FramePlaces(30);
  return times.map((at) => places.next(Math.round(at * slotUs)));
}

it('gives each frame of a camera a slot of its own, although its jitter takes it over the middle between two', () => {
  const jitter = [0.04, -0.04, 0.03, -0.05, 0.05, -0.02];
  const times = Array.from({ length: 300 }, (_, index) => index + 0.5 + (jitter[index % jitter.length] ?? 0));
  const slots = slotsOf(times);
  expect(new Set(slots).size).toBe(times.length);
  expect((slots.at(-1) ?? 0) - (slots[0] ?? 0)).toBe(times.length - 1);
});

it('moves no frame by more than three quarters of a slot, whatever the rate', () => {
  for (const rate of [7, 15, 24, 25, 29.97, 30.01, 50, 60]) {
    const times = Array.from({ length: 1_000 }, (_, index) => (index * 30) / rate);
    const slots = slotsOf(times);
    expect(Math.max(...slots.map((slot, index) => Math.abs(slot - (times[index] ?? 0))))).toBeLessThanOrEqual(
      0.76,
    );
    expect(slots.every((slot, index) => index === 0 || slot >= (slots[index - 1] ?? 0))).toBe(true);
  }
});

it('leaves out one frame now and then of a camera that is a little too quick, and no more', () => {
  const times = Array.from({ length: 3_000 }, (_, index) => (index * 30) / 30.03);
  // Three in 3,000 are too many.
  expect(times.length - new Set(slotsOf(times)).size).toBeLessThanOrEqual(4);
});
