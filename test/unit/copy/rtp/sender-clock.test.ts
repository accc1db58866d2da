import { describe, expect, it } from 'vitest';
import { SenderClock } from '../../../../src-main/copy/rtp/sender-clock.js';

const startMs = 1_790_000_000_000;

/** Reports of a clock that began with an RTP time; `offMs` is by how much each is wrong. */
function reports(
  clock: SenderClock,
  offsMs: readonly number[],
  everyMs = 3_000,
  firstRtp = 0xffff_0000,
): void {
  offsMs.forEach((offMs, index) => {
    const rtpTimestamp = (firstRtp + index * everyMs * 90) % 2 ** 32;
    clock.report({ ntpMs: startMs + index * everyMs + offMs, rtpTimestamp });
  });
}
const rtpAt = (ms: number): number => (0xffff_0000 + ms * 90) % 2 ** 32;

describe('the clock of a sender', () => {
  it('knows no time before the first report, and is right from then on, over the wrap', () => {
    const clock = new SenderClock(90_000);
    expect(clock.timeOf(0)).toBeNull();
    clock.report({ ntpMs: startMs, rtpTimestamp: 0xffff_0000 });
    expect(clock.timeOf(rtpAt(0))).toBe(startMs);
    expect(clock.timeOf(rtpAt(5_000))).toBeCloseTo(startMs + 5_000, 3);
    expect(clock.timeOf(0xffff_0000 - 9_000)).toBeCloseTo(startMs - 100, 3);
  });

  it('is not moved by single reports that are far off', () => {
    const clock = new SenderClock(90_000);
    reports(clock, [0, 0.3, -0.2, 50, 0.1, -8, 0, 0.2, 8, -0.1]);
    expect(Math.abs((clock.timeOf(rtpAt(27_000)) ?? 0) - startMs - 27_000)).toBeLessThan(0.5);
  });

  it('follows a first report that was wrong by 1 ms a second, so that rising times stay rising', () => {
    const clock = new SenderClock(90_000);
    reports(clock, [8, ...Array.from({ length: 12 }, () => 0)]);
    let before = -Infinity;
    let errorBefore = Infinity;
    for (let ms = 36_000; ms <= 48_000; ms += 10) {
      const time = clock.timeOf(rtpAt(ms)) ?? NaN;
      const error = time - startMs - ms;
      expect(time).toBeGreaterThan(before);
      expect(error).toBeLessThanOrEqual(errorBefore + 1e-3);
      expect(errorBefore - error === Infinity || errorBefore - error <= 0.0101).toBe(true);
      before = time;
      errorBefore = error;
    }
    expect(Math.abs(errorBefore)).toBeLessThan(0.01);
  });

  it('follows a clock that drifts by 100 ppm within 3 ms', () => {
    const clock = new SenderClock(48_000);
    for (let second = 0; second <= 1_800; second += 3) {
      const rtpTimestamp = Math.round(second * 48_000 * 1.0001) % 2 ** 32;
      clock.report({ ntpMs: startMs + second * 1_000, rtpTimestamp });
      if (second < 60) continue;
      expect(Math.abs((clock.timeOf(rtpTimestamp) ?? 0) - startMs - second * 1_000)).toBeLessThan(3);
    }
  });

  it('is right again after three reports when the sender stood still and counts on from where it was', () => {
    const clock = new SenderClock(48_000);
    const report = (ms: number, stoodMs: number): void =>
      clock.report({ ntpMs: startMs + ms, rtpTimestamp: (ms - stoodMs) * 48 });
    for (let ms = 0; ms <= 30_000; ms += 3_000) report(ms, 0);
    let errorMs = 0;
    let steps = 0;
    for (let ms = 33_000; ms <= 60_000; ms += 3_000) {
      report(ms, 500);
      const before = errorMs;
      errorMs = (clock.timeOf((ms - 500) * 48) ?? NaN) - startMs - ms;
      if (Math.abs(errorMs - before) > 100) steps += 1;
      // A second later, a frame is right: nothing is ever early again.
      if (ms >= 39_000) expect(Math.abs(errorMs)).toBeLessThan(1);
    }
    expect(steps).toBe(2);
  });

  it('is not moved by two reports that agree, nor by three that are late by different times', () => {
    const clock = new SenderClock(90_000);
    reports(clock, [0, 0, 0, 0, 0, 0, 200, 201, 0, 0, 70, 95, 140, 0]);
    expect(Math.abs((clock.timeOf(rtpAt(39_000)) ?? 0) - startMs - 39_000)).toBeLessThan(1);
  });

  it('steps when the sender’s clock was set, and says so', () => {
    const clock = new SenderClock(90_000);
    reports(clock, [0, 0, 0, ...Array.from({ length: 7 }, () => 3_600_000)]);
    expect(clock.steps).toBe(1);
    expect(clock.timeOf(rtpAt(27_000))).toBeCloseTo(startMs + 27_000 + 3_600_000, 0);
  });

  it('begins anew with another stream of the same sender', () => {
    const clock = new SenderClock(90_000);
    clock.report({ ntpMs: startMs, rtpTimestamp: 5 });
    clock.restart();
    expect(clock.timeOf(5)).toBeNull();
    clock.report({ ntpMs: startMs + 60_000, rtpTimestamp: 0x8000_0000 });
    expect(clock.timeOf(0x8000_0000 + 90)).toBeCloseTo(startMs + 60_001, 3);
  });
});
