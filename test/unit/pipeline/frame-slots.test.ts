import { describe, expect, it } from 'vitest';
import { FrameSlots } from '../../../src-main/pipeline/frame-slots.js';

const slotMs = 1000 / 30;

interface Placed {
  readonly slots: number[];
  readonly movedMs: number[];
  readonly dropped: number;
}

/** Sends frames into slots of 30 fps. */
function place(timesMs: readonly number[], slots = new FrameSlots(30, 30)): Placed {
  const taken: number[] = [];
  const movedMs: number[] = [];
  let dropped = 0;
  for (const timeMs of timesMs) {
    const placeMs = slots.placeFor(timeMs);
    if (placeMs === null) {
      dropped += 1;
      continue;
    }
    slots.take(placeMs, timeMs);
    expect(Math.abs(placeMs / slotMs - Math.round(placeMs / slotMs))).toBeLessThan(1e-6);
    taken.push(Math.round(placeMs / slotMs));
    movedMs.push(placeMs - timeMs);
  }
  return { slots: taken, movedMs, dropped };
}

const times = (fps: number, count: number, fromMs: number): number[] =>
  Array.from({ length: count }, (_, index) => fromMs + (index * 1000) / fps);

const repeated = (slots: readonly number[]): number =>
  slots.slice(1).reduce((sum, slot, index) => sum + slot - (slots[index] ?? 0) - 1, 0);

describe('slots of a constant rate', () => {
  it.each([0, 5, 16.6, 16.7, 20, 33])('hold each frame of 30 fps, whatever its phase (%d ms)', (fromMs) => {
    const { slots, dropped } = place(times(30, 300, fromMs));
    expect({ dropped, repeated: repeated(slots) }).toEqual({ dropped: 0, repeated: 0 });
  });

  it.each([0, 8, 16.67, 25])('hold each frame of a camera that jitters by 7 ms, in phase %d ms', (fromMs) => {
    const jittery = times(30, 600, fromMs).map((ms, index) => ms + (((index * 7919) % 15) - 7));
    const { slots, dropped } = place(jittery);
    expect(dropped).toBe(0);
    expect(repeated(slots)).toBeLessThanOrEqual(1);
  });

  it.each([0, 7, 16.67, 23, 30])(
    'keep the cadence of 15 fps: each frame in two slots (phase %d ms)',
    (fromMs) => {
      const { slots, dropped } = place(
        times(15, 150, fromMs).map((ms, index) => ms + ((index * 31) % 7) - 3),
      );
      expect(dropped).toBe(0);
      expect(new Set(slots.slice(1).map((slot, index) => slot - (slots[index] ?? 0)))).toEqual(new Set([2]));
    },
  );

  it('drop every second frame of 60 fps', () => {
    const { slots, dropped } = place(times(60, 600, 3));
    expect(dropped).toBeGreaterThanOrEqual(299);
    expect(dropped).toBeLessThanOrEqual(300);
    expect(repeated(slots)).toBe(0);
  });

  it('drop or repeat a frame now and then when the rate is not quite theirs', () => {
    const fast = place(times(30.3, 909, 0));
    expect(fast.dropped).toBeGreaterThanOrEqual(8);
    expect(fast.dropped).toBeLessThanOrEqual(10);
    expect(repeated(fast.slots)).toBe(0);
    const slow = place(times(29.7, 891, 0));
    expect(slow.dropped).toBe(0);
    expect(repeated(slow.slots)).toBeGreaterThanOrEqual(8);
    expect(repeated(slow.slots)).toBeLessThanOrEqual(10);
  });

  it.each([24, 25, 29.97, 31, 45, 50])('never move a frame of %d fps by a slot', (fps) => {
    const { slots, movedMs } = place(times(fps, 3000, 11));
    expect(Math.max(...movedMs.map(Math.abs))).toBeLessThanOrEqual(0.75 * slotMs + 1e-6);
    expect(slots.every((slot, index) => index === 0 || slot > (slots[index - 1] ?? 0))).toBe(true);
  });

  it.each([14, 16.6, 19])(
    'stay with a camera whose times slide to and fro by 9 ms (phase %d ms)',
    (fromMs) => {
      // As WebRTC's estimate of a sender's clock does, in four seconds there and back.
      const sliding = times(30, 900, fromMs).map(
        (ms, index) => ms + 4.5 * Math.sin((index / 120) * 2 * Math.PI),
      );
      const { slots, movedMs, dropped } = place(sliding);
      expect({ dropped, repeated: repeated(slots) }).toEqual({ dropped: 0, repeated: 0 });
      expect(Math.max(...movedMs.map(Math.abs))).toBeLessThanOrEqual(0.65 * slotMs);
    },
  );

  it.each([0.7, -0.7])(
    'are the nearest ones again, a second after all times have moved by %d slots',
    (movedSlots) => {
      // As a jitter buffer's delay does that is found in the first second.
      const moving = times(30, 300, 1_000).map(
        (ms, index) => ms + movedSlots * slotMs * Math.min(1, index / 30),
      );
      const { slots, movedMs, dropped } = place(moving);
      expect(Math.max(...movedMs.slice(80).map(Math.abs))).toBeLessThanOrEqual(slotMs / 2);
      expect(dropped + repeated(slots)).toBe(1);
    },
  );

  it('leave the slot of a lost frame empty, and no other', () => {
    const { slots } = place(times(30, 100, 4).filter((_, index) => index !== 50));
    expect(repeated(slots)).toBe(1);
    expect(slots).not.toContain(50);
    expect(slots.at(-1)).toBe(99);
  });

  it('begin with each segment’s own, on the same grid', () => {
    const slots = new FrameSlots(30, 30);
    slots.segmentStarted(100 * slotMs);
    expect(slots.placeForFiller(100 * slotMs)).toBeCloseTo(100 * slotMs, 6);
    slots.take(100 * slotMs, null);
    expect(place(times(30, 3, 101 * slotMs + 2), slots).slots).toEqual([101, 102, 103]);
  });

  it('give the first frame behind a filler its place, and a filler always one', () => {
    const slots = new FrameSlots(30, 30);
    slots.take(slots.placeForFiller(1_000), null);
    expect(place([1_001], slots).slots).toEqual([31]);
    expect(slots.placeForFiller(1_001)).toBeCloseTo(32 * slotMs, 6);
  });

  it('are filled up to the end of the segment, with two writes next to each other at last', () => {
    const slots = new FrameSlots(30, 30);
    place([0, 1_000], slots);
    const ends: number[] = [];
    for (let ms = slots.nextToTheEnd(2_000); ms !== null; ms = slots.nextToTheEnd(2_000)) {
      slots.take(ms, null);
      ends.push(Math.round(ms / slotMs));
    }
    // Slot 60 begins at the end.
    expect(ends).toEqual([57, 58, 59]);
  });
});

describe('a variable rate', () => {
  it('leaves every frame at its own time', () => {
    const slots = new FrameSlots(null, null);
    slots.segmentStarted(17);
    expect(slots.placeFor(123.4)).toBe(123.4);
    slots.take(123.4, 123.4);
    expect(slots.placeFor(123.5)).toBe(123.5);
    expect(slots.placeForFiller(200.1)).toBe(200.1);
    // The last one is there once more at the end, so that it lasts until then.
    expect(slots.nextToTheEnd(1_000)).toBe(960);
    slots.take(960, null);
    expect(slots.nextToTheEnd(1_000)).toBeNull();
  });

  it('is thinned to the profile’s rate', () => {
    const slots = new FrameSlots(null, 30);
    const kept = times(60, 600, 0).filter((ms) => slots.placeFor(ms) !== null);
    expect(kept.length).toBeLessThanOrEqual(326);
  });
});
