import { describe, expect, it } from 'vitest';
import { PlayoutDelay } from '../../../src-main/pipeline/playout-delay.js';

describe('PlayoutDelay', () => {
  it('is the usual one until it is known', () => {
    const delay = new PlayoutDelay(15, 30);
    expect(delay.at(0)).toBe(15);
    expect(delay).toMatchObject({ ms: 15, readings: 0 });
  });

  it('takes a first reading at once, before the first frame', () => {
    const delay = new PlayoutDelay(15, 30);
    delay.aim(40);
    expect(delay.at(1000)).toBe(40);
  });

  it('follows a later one no faster than it may', () => {
    const delay = new PlayoutDelay(15, 30);
    delay.aim(40);
    delay.at(1000);
    delay.aim(46);
    delay.aim(46);
    expect(delay.at(1100)).toBe(43);
    expect(delay.at(1200)).toBe(46);
    expect(delay.at(9000)).toBe(46);
  });

  it.each([
    [20, 220],
    [220, 20],
  ])('is there within a second when a buffer changes from %i to %i ms', (fromMs, toMs) => {
    const delay = new PlayoutDelay(15, 30);
    delay.aim(fromMs);
    delay.at(1000);
    delay.aim(toMs);
    delay.aim(toMs);
    let beforeMs = fromMs;
    for (let timeMs = 1033; timeMs < 2000; timeMs += 33) {
      const nowMs = delay.at(timeMs);
      // No frame comes nearer to the one before by more than a third.
      expect(Math.abs(nowMs - beforeMs)).toBeLessThanOrEqual(10);
      beforeMs = nowMs;
    }
    expect(Math.abs(beforeMs - toMs)).toBeLessThan(20);
  });

  it('takes the first reading after a pause, whatever the one before it was', () => {
    const delay = new PlayoutDelay(15, 30);
    for (const readMs of [20, 20, 20]) delay.aim(readMs);
    delay.at(1000);
    delay.resume();
    delay.aim(120);
    expect(delay.at(3000)).toBe(120);
  });

  it.each([260, 636])('is not moved by what waited in a standstill: %i ms', (waitedMs) => {
    const delay = new PlayoutDelay(15, 30);
    for (let reading = 0; reading < 12; reading += 1) delay.aim(11);
    delay.at(1000);
    delay.restart();
    for (const [index, readMs] of [waitedMs, 11, 12, 12].entries()) {
      delay.aim(readMs);
      for (let ms = 33; ms < 200; ms += 33)
        expect(Math.abs(delay.at(4000 + index * 200 + ms) - 11)).toBeLessThan(10);
    }
  });

  it('begins a fresh stream as a calm one behind a buffer that a standstill had filled, whatever had waited in another', () => {
    const delay = new PlayoutDelay(45, Infinity);
    for (let reading = 0; reading < 12; reading += 1) delay.aim(40);
    delay.at(1000);
    delay.grew(700);
    expect(delay.at(1100)).toBeGreaterThan(700);
    delay.restart();
    for (const [index, readMs] of [260, 48, 47, 47].entries()) {
      delay.aim(readMs);
      for (let ms = 20; ms < 200; ms += 20)
        expect(Math.abs(delay.at(8000 + index * 200 + ms) - 45)).toBeLessThan(10);
    }
  });

  it('follows a fresh stream whose buffer is another one with its second reading', () => {
    const delay = new PlayoutDelay(45, Infinity);
    for (let reading = 0; reading < 12; reading += 1) delay.aim(30);
    delay.at(1000);
    delay.restart();
    delay.aim(140);
    delay.aim(138);
    expect(delay.at(2000)).toBe(138);
  });

  it('follows at once when it may', () => {
    const delay = new PlayoutDelay(60, Infinity);
    delay.aim(40);
    delay.at(1000);
    delay.aim(90);
    delay.aim(90);
    expect(delay.at(1010)).toBe(90);
  });

  it('is not moved by one reading that differs', () => {
    const delay = new PlayoutDelay(60, Infinity);
    for (const readMs of [50, 52, 51]) delay.aim(readMs);
    delay.at(1000);
    const beforeMs = delay.at(1010);
    delay.aim(400);
    expect(delay.at(1020)).toBe(beforeMs);
    delay.aim(50);
    expect(delay.at(1030)).toBe(beforeMs);
  });

  it('goes along with a buffer that finds its length at the beginning of a stream', () => {
    // As NetEq's was read five times a second, behind a renewal.
    const read = [71, 59, 33, 30, 30, 30];
    const delay = new PlayoutDelay(45, Infinity);
    for (const [index, readMs] of read.entries()) {
      delay.aim(readMs);
      expect(delay.at(1000 + index * 200)).toBe(readMs);
    }
  });

  it('is not moved by one reading that differs a little, later on', () => {
    const delay = new PlayoutDelay(45, Infinity);
    for (let reading = 0; reading < 10; reading += 1) delay.aim(30);
    delay.at(3000);
    delay.aim(55);
    expect(delay.at(3400)).toBe(30);
    delay.aim(55);
    expect(delay.at(3800)).toBe(55);
  });

  it('believes nothing that no jitter buffer can have', () => {
    const delay = new PlayoutDelay(60, Infinity);
    delay.aim(90_000);
    expect(delay.ms).toBe(4_000);
    delay.restart();
    delay.aim(-90);
    delay.aim(-90);
    expect(delay.ms).toBe(-15);
  });

  it('counts the readings of the present stream', () => {
    const delay = new PlayoutDelay(60, Infinity);
    delay.aim(50);
    delay.aim(50);
    expect(delay.readings).toBe(2);
    delay.restart();
    expect(delay.readings).toBe(0);
  });

  describe('of a buffer that a standstill has filled', () => {
    /** 30 ms, and then 400 more at a moment of the stream. */
    function filled(): PlayoutDelay {
      const delay = new PlayoutDelay(45, Infinity);
      for (let reading = 0; reading < 10; reading += 1) delay.aim(30, 0);
      delay.at(3000);
      // The question behind the burst counts what `grew` tells.
      delay.setTrusted(false);
      delay.aim(90, 400);
      delay.grew(400);
      return delay;
    }

    it('is longer at once, whatever readings of the burst say', () => {
      const delay = filled();
      expect(delay.at(3010)).toBe(430);
      for (const [index, readMs] of [90, 300].entries()) {
        delay.aim(readMs, 400);
        expect(delay.at(3200 + index * 200)).toBe(430);
      }
    });

    it('is counted while it empties, and moves on the way from one question to the next', () => {
      const delay = filled();
      delay.at(4000);
      // 10 ms each 200 ms, then 80 ms, as when NetEq squeezes most.
      let laterMs = 400;
      delay.aim(430, laterMs);
      for (const [index, stepMs] of [10, 10, 80, 80, 80].entries()) {
        laterMs -= stepMs;
        const beforeMs = delay.ms;
        delay.aim(30 + laterMs, laterMs);
        const atMs = 4000 + index * 200;
        expect(delay.at(atMs + 100)).toBeCloseTo((beforeMs + 30 + laterMs) / 2, 0);
        expect(delay.at(atMs + 200)).toBeCloseTo(30 + laterMs, 0);
        if (index === 2) expect(delay.keptBackMs).toBe(400);
      }
    });

    it('believes readings when the count has missed something', () => {
      const delay = filled();
      delay.at(4000);
      for (let reading = 0; reading < 3; reading += 1) delay.aim(300, 400);
      delay.at(4500);
      expect(delay.at(4600)).toBe(430);
      delay.aim(300, 400);
      expect(delay.at(5000)).toBe(300);
    });

    it('is followed as ever when it has emptied', () => {
      const delay = filled();
      delay.at(4000);
      delay.aim(430, 400);
      delay.aim(60, 30);
      delay.at(4400);
      delay.aim(60, 30);
      expect(delay.keptBackMs).toBe(0);
      expect(delay.ms).toBeCloseTo(60, -1);
    });
  });
});
