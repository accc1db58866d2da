import { expect, it } from 'vitest';
import { profiles } from '../../../src-main/contract/profile.js';
import { TakeClock } from '../../../src-main/pipeline/take-clock.js';
import { TakeCuts } from '../../../src-main/take/take-cuts.js';

const slotMs = 100 / 3;

class Cuts {
  ms = 0;
  readonly clock = new TakeClock(0);
  readonly cuts: TakeCuts;

  constructor(profile: (typeof profiles)[keyof typeof profiles] = profiles['720p30']) {
    this.clock.elapsedMs = () => this.ms;
    this.cuts = new TakeCuts(this.clock, profile);
  }
}

it('cuts in a slot a second from now, which is at a sample', () => {
  const test = new Cuts();
  test.ms = 5_011;
  const { atMs, number } = test.cuts.add();
  expect(number).toBe(2);
  expect(atMs).toBeGreaterThanOrEqual(6_011);
  expect(atMs).toBeLessThan(6_011 + slotMs);
  expect(atMs / slotMs).toBeCloseTo(Math.round(atMs / slotMs), 9);
  expect(atMs * 48).toBeCloseTo(Math.round(atMs * 48), 6);
  expect(test.cuts.current).toEqual({ number: 1, atMs: 0 });
  expect(test.cuts.pending).toEqual([{ number: 2, atMs }]);
  test.ms = atMs;
  expect(test.cuts.current).toEqual({ number: 2, atMs });
  expect(test.cuts.pending).toEqual([]);
});

it('cuts at a whole millisecond at a variable rate', () => {
  const test = new Cuts(profiles.source);
  test.ms = 5_000.3;
  expect(test.cuts.add().atMs).toBe(6_001);
});

it('keeps two cuts half a second apart, and refuses a third one before the first is over', () => {
  const test = new Cuts();
  test.ms = 5_000;
  const [one, two] = [test.cuts.add(), test.cuts.add()];
  expect(two.atMs - one.atMs).toBeGreaterThanOrEqual(499.9);
  expect(() => test.cuts.add()).toThrow('The take is being split already.');
  test.ms = 6_100;
  expect(test.cuts.add().number).toBe(4);
});

it('cuts where a paused take goes on', () => {
  const test = new Cuts();
  test.ms = 5_011;
  test.clock.pause();
  test.ms = 60_000;
  const { atMs } = test.cuts.add();
  expect(atMs).toBeGreaterThanOrEqual(5_011);
  expect(atMs).toBeLessThan(5_011 + slotMs);
});
