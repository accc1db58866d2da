import { describe, expect, it } from 'vitest';
import { timeAxis } from '../../../src-main/chart/time-axis.js';
import { lowAxis, memoryAxis, tallAxis, timingAxis, valueAxis } from '../../../src-main/chart/value-axis.js';

const minuteMs = 60_000;

describe('valueAxis', () => {
  it.each([
    [1, 7],
    [0, 0],
    [0, 30],
    [0, 183e6],
    [0, 460e6],
    [0, 2_001e6],
    [0, 999],
    [148.2e6, 151.9e6],
    [150e6, 150e6],
  ])('from %d to %d has round ticks from edge to edge, and holds both', (lowest, highest) => {
    const { low, high, ticks } = valueAxis(lowest, highest, tallAxis);
    expect(low).toBeLessThanOrEqual(lowest);
    expect(high).toBeGreaterThan(highest);
    expect([ticks[0], ticks.at(-1)]).toEqual([low, high]);
    expect(ticks.length).toBeGreaterThanOrEqual(4);
    expect(ticks.length).toBeLessThanOrEqual(9);
    expect(((ticks[1] ?? 0) - low).toExponential(3)).toMatch(/^[125]\.000e/);
  });

  it('has fewer ticks where there is less room', () => {
    expect(valueAxis(0, 30, lowAxis).ticks).toEqual([0, 10, 20, 30, 40]);
    expect(valueAxis(0, 30, tallAxis).ticks).toHaveLength(8);
  });

  it('leaves the highest line some space, unless it is told not to', () => {
    expect(valueAxis(0, 100, tallAxis).high).toBe(120);
    expect(valueAxis(0, 100, { ...tallAxis, headroom: 0 }).high).toBe(100);
  });

  it('does not blow up the noise of a flat line', () => {
    const { low, high } = valueAxis(150_000_000, 150_000_100, lowAxis);
    expect(high - low).toBeGreaterThanOrEqual(1.5e6);
    expect(low).toBeLessThan(149_600_000);
  });
});

describe('memoryAxis', () => {
  const axisOf = (...rows: readonly (readonly [shown: number | null, ceiling: number | null])[]) =>
    memoryAxis(
      rows,
      ([shown]) => shown,
      ([, ceiling]) => ceiling,
    );

  it('holds a ceiling that is near, and no ceiling far above everything else', () => {
    expect(axisOf([183e6, 300e6])?.high).toBe(350e6);
    expect(axisOf([183e6, 3_000e6])?.high).toBe(200e6);
    expect(axisOf([100e6, 300e6], [183e6, 300e6])?.high).toBe(350e6);
  });

  it('is none where nothing was measured', () => {
    expect(axisOf()).toBeNull();
    expect(axisOf([null, null], [null, 300e6])).toBeNull();
  });
});

it('timing has a scale below which nothing is noticed', () => {
  expect(timingAxis(12).high).toBe(100);
  expect(timingAxis(640)).toMatchObject({ low: 0, high: 800 });
});

describe('timeAxis', () => {
  it('says round moments of the reader’s clock, as many as there is room for', () => {
    const toMs = Date.parse('2026-11-24T09:04:50');
    const span = { fromMs: toMs - 5 * minuteMs, toMs };
    const { ticks, hasSeconds } = timeAxis(span, 500, 'wall');
    const texts = ticks.map((tick) => new Date(tick).toTimeString().slice(0, 8));
    expect(texts).toEqual(['09:00:00', '09:01:00', '09:02:00', '09:03:00', '09:04:00']);
    expect(hasSeconds).toBe(false);
    expect(timeAxis(span, 2_400, 'wall')).toMatchObject({ hasSeconds: true });
  });

  it('says round times since the beginning of a take', () => {
    const take = (minutes: number): number[] =>
      timeAxis({ fromMs: 0, toMs: minutes * minuteMs }, 884, 'elapsed').ticks.map((tick) => tick / minuteMs);
    expect(take(2)).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]);
    expect(take(30)).toEqual([0, 5, 10, 15, 20, 25, 30]);
    expect(take(8 * 60)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((hour) => hour * 60));
  });

  it('never has more ticks than room, nor parts of a second', () => {
    for (let seconds = 1; seconds < 40_000; seconds = Math.ceil(seconds * 1.07)) {
      for (const widthPx of [60, 250, 700, 1_600]) {
        const { ticks } = timeAxis({ fromMs: 0, toMs: seconds * 1_000 }, widthPx, 'elapsed');
        expect(ticks.length).toBeLessThanOrEqual(Math.max(2, widthPx / 84));
        expect(ticks.every((tick) => tick % 1_000 === 0)).toBe(true);
      }
    }
  });
});
