import { describe, expect, it } from 'vitest';
import { AudioClock } from '../../../src-main/pipeline/audio-clock.js';
import { FramePacer } from '../../../src-main/pipeline/frame-pacer.js';
import { monotonicUs, TakeClock, VideoClock } from '../../../src-main/pipeline/take-clock.js';
import { unmutedBrowserFrames } from './unmuted-browser-frames.js';

describe('TakeClock', () => {
  it('counts milliseconds from its start', () => {
    const clock = new TakeClock(5_000_000);
    expect(clock.toElapsedMs(5_000_000)).toBe(0);
    expect(clock.toElapsedMs(5_250_500)).toBe(250.5);
  });

  it('starts now, on the clock that nobody sets', () => {
    const beforeUs = Number(process.hrtime.bigint() / 1000n);
    const clock = new TakeClock();
    const nowMs = clock.nowMs();
    const afterUs = Number(process.hrtime.bigint() / 1000n);
    expect(clock.startUs).toBeGreaterThanOrEqual(beforeUs);
    expect(clock.startUs).toBeLessThanOrEqual(afterUs);
    expect(nowMs).toBeGreaterThanOrEqual(0);
    expect(nowMs).toBeLessThanOrEqual((afterUs - beforeUs) / 1000);
    expect(Number.isInteger(monotonicUs())).toBe(true);
  });
});

describe('VideoClock', () => {
  it('takes render times of the local monotonic clock less the time of a screen, whatever the arrival', () => {
    const clock = new VideoClock();
    expect(clock.place(5_000_000, 5_120_000)).toBe(4_990_000);
    expect(clock.place(5_033_000, 5_034_000)).toBe(5_023_000);
  });

  it('anchors another epoch at the first arrival and follows its deltas', () => {
    const clock = new VideoClock();
    expect(clock.place(900_000_000_000, 5_000_000)).toBe(5_000_000);
    expect(clock.place(900_000_033_333, 5_090_000)).toBe(5_033_333);
  });

  it.each([0, -1])('stands where it arrived without a timestamp (%i)', (timestampUs) => {
    const clock = new VideoClock();
    expect(clock.place(timestampUs, 7_000_000)).toBe(7_000_000);
    // The next would be an interval later had the first been an anchor.
    expect(clock.place(timestampUs, 7_050_000)).toBe(7_050_000);
    expect(clock.place(7_060_000, 7_090_000)).toBe(7_050_000);
  });

  it('believes render times of a first frame up to two seconds from its arrival', () => {
    expect(new VideoClock().place(5_000_000, 7_000_000)).toBe(4_990_000);
    expect(new VideoClock().place(5_000_000, 7_000_001)).toBe(7_000_001);
    const clock = new VideoClock();
    clock.place(5_000_000, 4_990_000);
    expect(clock.place(5_100_000, 7_090_000)).toBe(5_090_000);
    // Nothing is shown so long before it is due.
    expect(clock.place(9_300_000, 7_200_000)).toBe(7_200_000);
  });

  it.each([1_950, 2_050, 2_400, 9_000])(
    'leaves frames in their places that were sent again behind a line that was away for %i ms, and those behind them',
    (awayMs) => {
      const clock = new VideoClock();
      const wrong: number[] = [];
      const backUs = 10_000_000 + awayMs * 1_000;
      for (let frame = 0; frame < 200; frame += 1) {
        const dueUs = 7_000_000 + frame * 100_000;
        // Those of the first 400 ms are sent again, all at once; the others are lost.
        if (dueUs > 10_400_000 && dueUs < backUs - 400_000) continue;
        const inTimeUs = dueUs - 10_000;
        const arrivalUs = dueUs <= 10_000_000 ? inTimeUs : Math.max(inTimeUs, backUs + 3_000 * (frame - 30));
        if (clock.place(dueUs, arrivalUs) !== dueUs - 10_000) wrong.push(frame);
      }
      expect(wrong).toEqual([]);
    },
  );

  it('moves render times that lie before the arrivals, and lets them return', () => {
    const clock = new VideoClock();
    const placedLateUs = (renderedEarlyUs: number, from: number, frames: number): number => {
      let lateUs = 0;
      for (let frame = from; frame < from + frames; frame += 1) {
        const arrivalUs = 1_000_000 + frame * 33_333;
        lateUs = arrivalUs - clock.place(arrivalUs - renderedEarlyUs, arrivalUs);
      }
      return lateUs;
    };
    // A healthy stream is rendered 10 ms after it arrived: it stands where it arrived, and is left alone.
    expect(placedLateUs(-10_000, 0, 60)).toBe(0);
    expect(placedLateUs(70_000, 60, 40)).toBe(0);
    // 10 ms come back in less than a window.
    expect(placedLateUs(60_000, 100, 80)).toBe(0);
    expect(placedLateUs(-10_000, 180, 900)).toBe(0);
    // So does one whose jitter buffer is long.
    expect(placedLateUs(-40_000, 1080, 60)).toBe(-30_000);
  });

  /** Render times of a browser's camera that was switched on again, as they lay before the arrivals (negative: behind them). */
  function placedAfterPause(earlyUs: (sinceOnUs: number) => number): { sinceOnUs: number; lateUs: number }[] {
    const clock = new VideoClock();
    const startUs = 1_000_000;
    for (let frame = 0; frame < 60; frame += 1) {
      const arrivalUs = startUs + frame * 33_333;
      clock.place(arrivalUs + 9_000, arrivalUs);
    }
    const onUs = startUs + 60 * 33_333 + 2_000_000;
    return Array.from({ length: 150 }, (_, frame) => {
      const sinceOnUs = frame * 33_333;
      const arrivalUs = onUs + sinceOnUs;
      return { sinceOnUs, lateUs: arrivalUs - clock.place(arrivalUs - earlyUs(sinceOnUs), arrivalUs) };
    });
  }

  it('moves the frames of a camera that was off, when it comes on with times of before', () => {
    const frames = placedAfterPause(() => 60_000);
    const late = frames.filter(({ sinceOnUs }) => sinceOnUs > 300_000).map(({ lateUs }) => lateUs);
    expect(late.length).toBeGreaterThan(100);
    for (const lateUs of late) expect(lateUs).toBe(0);
  });

  it('has them back within a second when the estimate is right again', () => {
    const frames = placedAfterPause((sinceOnUs) => (sinceOnUs < 1_500_000 ? 60_000 : -9_000));
    const late = frames.filter(({ sinceOnUs }) => sinceOnUs > 2_500_000).map(({ lateUs }) => lateUs);
    expect(late.length).toBeGreaterThan(60);
    for (const lateUs of late) expect(Math.abs(lateUs)).toBeLessThanOrEqual(1_000);
    // On the way back none comes near to the one before.
    const returning = frames.filter(({ sinceOnUs }) => sinceOnUs > 1_600_000);
    for (const [at, { sinceOnUs, lateUs }] of returning.entries()) {
      const before = returning[at - 1];
      if (before === undefined) continue;
      expect(sinceOnUs - lateUs - (before.sinceOnUs - before.lateUs)).toBeGreaterThan(20_000);
    }
  });

  it('has the frames of a real browser in place as soon as they come in time', () => {
    const clock = new VideoClock();
    const placed = unmutedBrowserFrames.map(([arrivalMs, renderedAfterMs]) => {
      const arrivalUs = 1_000_000_000 + arrivalMs * 1000;
      const placedUs = clock.place(arrivalUs + renderedAfterMs * 1000, arrivalUs);
      return { arrivalMs, afterMs: (placedUs - arrivalUs) / 1000 };
    });
    const onMs =
      unmutedBrowserFrames.find(
        ([arrivalMs], at) => arrivalMs - (unmutedBrowserFrames[at - 1]?.[0] ?? arrivalMs) > 1000,
      )?.[0] ?? NaN;
    // Until 1.7 s its packets came up to 250 ms late. Of each later quarter of a second, the frame that was held up least.
    const worstMs = [1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5].map((atS) => {
      const quarter = placed.filter(({ arrivalMs }) => Math.abs(arrivalMs - onMs - atS * 1000) <= 125);
      expect(quarter.length).toBeGreaterThan(2);
      return Math.max(...quarter.map(({ afterMs }) => afterMs));
    });
    for (const afterMs of worstMs) expect(Math.abs(afterMs)).toBeLessThan(15);
  });

  it.each([
    ['all frames at once', 0, 500],
    ['all frames, three times as fast as they were sent', 0, 11_000],
    ['the last of them', 12, 500],
    ['the last of them, twice as fast as they were sent', 14, 16_000],
  ])(
    'leaves the times of a camera as they are when nothing came for a while, and then %s',
    (_what, lostFrames, apartUs) => {
      // Whenever it begins: between two windows, or within one.
      for (let from = 30; from < 60; from += 1) {
        const clock = new VideoClock();
        const heldUs = 1_200_000;
        const misplaced: number[] = [];
        for (let frame = 0; frame < 200; frame += 1) {
          const isLost = frame > from && frame <= from + lostFrames;
          if (isLost) continue;
          const dueUs = 1_000_000 + frame * 33_333;
          const burstUs = 1_000_000 + from * 33_333 + heldUs + (frame - from) * apartUs;
          const arrivalUs = frame < from ? dueUs : Math.max(dueUs, burstUs);
          if (clock.place(dueUs + 10_000, arrivalUs) !== dueUs) misplaced.push(frame);
        }
        expect({ from, misplaced }).toEqual({ from, misplaced: [] });
      }
    },
  );

  it('does not move frames for a few late ones', () => {
    const clock = new VideoClock();
    for (let frame = 0; frame < 90; frame += 1) {
      const dueUs = 1_000_000 + frame * 33_333;
      const arrivalUs = frame % 10 < 7 ? dueUs + 80_000 : dueUs - 18_000;
      expect(clock.place(dueUs, arrivalUs)).toBe(dueUs - 10_000);
    }
  });

  it('anchors anew when the epoch jumps', () => {
    const clock = new VideoClock();
    clock.place(900_000_000_000, 5_000_000);
    expect(clock.place(100_000_000_000, 6_000_000)).toBe(6_000_000);
  });
});

/** Arrivals of 10 ms frames whose sample clock runs `ppm` fast, with jitter that is only ever late. */
function* arrivals(seconds: number, ppm: number, jitterMs: number): Generator<number> {
  let seed = 11;
  for (let frame = 1; frame <= seconds * 100; frame += 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield (frame * 10) / (1 + ppm * 1e-6) + (seed / 2_147_483_648) * jitterMs;
  }
}

describe('AudioClock', () => {
  it.each([0, 200, -200])('stays within 15 ms of the monotonic clock over an hour at %i ppm', (ppm) => {
    const clock = new AudioClock();
    let worstMs = 0;
    let frame = 0;
    for (const arrivalMs of arrivals(3600, ppm, 12)) {
      const placedMs = clock.place(arrivalMs, 10);
      const trueMs = (frame * 10) / (1 + ppm * 1e-6);
      frame += 1;
      if (frame > 300) worstMs = Math.max(worstMs, Math.abs(placedMs - trueMs));
    }
    expect(worstMs).toBeLessThan(15);
    expect(clock.jumps).toBe(0);
    // Fast is negative: the samples are placed earlier and earlier.
    if (ppm !== 0) expect(Math.sign(clock.driftMs)).toBe(-Math.sign(ppm));
    // 200 ppm over an hour is 720 ms: it must have been seen, and taken out.
    expect(Math.abs(clock.driftMs)).toBeGreaterThanOrEqual(Math.abs(ppm) * 3.4);
    expect(Math.abs(clock.driftMs)).toBeLessThan(Math.abs(ppm) * 3.8 + 15);
  });

  it('is not fooled by a first frame that came late', () => {
    const clock = new AudioClock();
    clock.place(10 + 80, 10);
    for (let frame = 2; frame <= 50; frame += 1) clock.place(frame * 10, 10);
    expect(clock.place(510, 10)).toBeCloseTo(500, 5);
  });

  it('jumps when frames were lost, once, by what was lost', () => {
    const clock = new AudioClock();
    let arrivalMs = 0;
    for (let frame = 0; frame < 500; frame += 1) clock.place((arrivalMs += 10), 10);
    arrivalMs += 700;
    let placedMs = 0;
    for (let frame = 0; frame < 300; frame += 1) placedMs = clock.place((arrivalMs += 10), 10);
    expect(clock.jumps).toBe(1);
    expect(placedMs).toBeCloseTo(arrivalMs - 10, 0);
  });

  it('jumps at more than 60 ms that were lost, and follows less slowly', () => {
    const jumpsAfter = (lostMs: number): number => {
      const clock = new AudioClock();
      for (let frame = 1; frame <= 400; frame += 1) clock.place(frame * 10, 10);
      for (let frame = 401; frame <= 700; frame += 1) clock.place(frame * 10 + lostMs, 10);
      return clock.jumps;
    };
    expect(jumpsAfter(60)).toBe(0);
    expect(jumpsAfter(61)).toBe(1);
  });

  it('judges a whole second before it moves', () => {
    const clock = new AudioClock();
    // Settled at 2 s; from then on everything is 30 ms late.
    for (let frame = 1; frame <= 300; frame += 1) clock.place(frame * 10, 10);
    for (let frame = 301; frame <= 390; frame += 1) clock.place(frame * 10 + 30, 10);
    expect(clock.driftMs).toBe(0);
    for (let frame = 391; frame <= 450; frame += 1) clock.place(frame * 10 + 30, 10);
    expect(clock.driftMs).toBe(1);
  });

  it('is not moved by one late burst', () => {
    const clock = new AudioClock();
    for (let frame = 1; frame <= 300; frame += 1) clock.place(frame * 10, 10);
    for (let frame = 301; frame <= 330; frame += 1) clock.place(3300, 10);
    for (let frame = 331; frame <= 600; frame += 1) clock.place(frame * 10, 10);
    expect(clock.place(6010, 10)).toBeCloseTo(6000, 0);
    expect(clock.jumps).toBe(0);
  });
});

describe('FramePacer', () => {
  const kept = (maxFps: number | null, timesMs: number[]): number => {
    const pacer = new FramePacer(maxFps);
    return timesMs.filter((time) => pacer.keep(time)).length;
  };
  const stream = (fps: number, seconds: number, jitterMs = 0): number[] =>
    Array.from(
      { length: fps * seconds },
      (_, index) => (index * 1000) / fps + ((index * 7919) % 13) * (jitterMs / 13),
    );

  it('keeps every frame of a 30 fps stream, with jitter, and of a 31 fps one', () => {
    expect(kept(30, stream(30, 20, 10))).toBe(600);
    expect(kept(30, stream(31, 20))).toBe(620);
  });

  it('keeps every frame of a 30 fps stream that catches up after congestion', () => {
    const stalled = stream(30, 4).map((time) =>
      time > 1000 && time < 1400 ? 1300 + (time - 1000) / 4 : time,
    );
    expect(kept(30, stalled)).toBe(120);
  });

  it('halves 60 fps, evenly', () => {
    const pacer = new FramePacer(30);
    const times = stream(60, 10).filter((time) => pacer.keep(time));
    expect(times.length).toBeGreaterThanOrEqual(300);
    expect(times.length).toBeLessThanOrEqual(326);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(34);
  });

  it('holds the average for rates in between', () => {
    const count = kept(30, stream(45, 20));
    expect(count).toBeGreaterThan(580);
    expect(count).toBeLessThanOrEqual(641);
  });

  it('lets a burst of ten through, and no eleventh', () => {
    expect(
      kept(
        30,
        Array.from({ length: 11 }, () => 5),
      ),
    ).toBe(10);
  });

  it('keeps everything without a limit', () => {
    expect(kept(null, stream(120, 2))).toBe(240);
    expect(
      kept(
        null,
        Array.from({ length: 50 }, (_, index) => index / 1000),
      ),
    ).toBe(50);
  });
});

describe('TakeClock with pauses', () => {
  const clockAt = (): { clock: TakeClock; at: (ms: number) => void } => {
    const clock = new TakeClock(0);
    let nowMs = 0;
    clock.elapsedMs = () => nowMs;
    return { clock, at: (ms) => (nowMs = ms) };
  };

  it('takes pauses out of the timeline, and leaves what is around them where it is', () => {
    const { clock, at } = clockAt();
    at(1_000);
    expect(clock.pause()).toBe(1_000);
    at(3_500);
    expect([clock.isPaused, clock.nowMs()]).toEqual([true, 1_000]);
    expect(clock.resume()).toBe(2_500);
    at(4_000);
    expect([clock.isPaused, clock.nowMs()]).toEqual([false, 1_500]);
    clock.pause();
    at(4_200);
    expect(clock.resume()).toBe(200);
    at(5_000);
    expect(clock.nowMs()).toBe(2_300);
    expect([500, 999, 1_000, 2_000, 3_499, 3_500, 3_600, 4_100, 4_300].map((ms) => clock.cut(ms))).toEqual([
      500, 999, 1_000, 1_000, 1_000, 1_000, 1_100, 1_500, 1_600,
    ]);
    expect([999, 1_000, 3_499, 3_500, 4_100, 4_200].map((ms) => clock.isPausedAt(ms))).toEqual([
      false,
      true,
      true,
      false,
      true,
      false,
    ]);
  });

  it('tells where a moment stands that was some time ago, also behind a pause', () => {
    const { clock, at } = clockAt();
    at(1_000);
    clock.pause();
    at(9_000);
    clock.resume();
    at(9_500);
    expect([0, 400, 600, 8_000, 9_000].map((agoMs) => clock.nowMs(agoMs))).toEqual([
      1_500, 1_100, 1_000, 1_000, 500,
    ]);
  });

  it('would have started later by all of its pauses, also in the rest of a tenth in which it is resumed', () => {
    const { clock, at } = clockAt();
    at(1_000);
    clock.pause();
    at(2_010);
    clock.resume();
    // It goes on at 2,100.
    expect([clock.nowMs(), clock.timelineStartUs]).toEqual([1_000, 1_100_000]);
    at(5_000);
    clock.pause();
    at(5_800);
    clock.resume();
    expect(clock.timelineStartUs).toBe(1_900_000);
  });

  it('pauses once, and is resumed once', () => {
    const { clock, at } = clockAt();
    at(1_000);
    clock.pause();
    at(2_000);
    expect(clock.pause()).toBe(1_000);
    clock.resume();
    at(3_000);
    expect(clock.resume()).toBe(0);
    expect(clock.nowMs()).toBe(2_000);
  });

  it('lasts whole tenths of a second, and one that begins in the last of them begins behind it', () => {
    const { clock, at } = clockAt();
    at(1_007);
    clock.pause();
    at(1_030);
    expect(clock.resume()).toBe(100);
    expect([clock.isPaused, clock.nowMs()]).toEqual([false, 1_007]);
    at(1_050);
    expect(clock.pause()).toBe(1_107);
    at(1_307);
    expect(clock.resume()).toBe(200);
    at(1_400);
    expect(clock.nowMs()).toBe(1_100);
  });

  it('says of two frames that meet where a pause was that one belongs to it', () => {
    const { clock, at } = clockAt();
    expect(clock.causeOfTooLate(1_000)).toBe('outOfOrder');
    at(1_000);
    clock.pause();
    at(2_000);
    clock.resume();
    expect([900, 990, 1_010, 1_100].map((ms) => clock.causeOfTooLate(ms))).toEqual([
      'outOfOrder',
      'paused',
      'paused',
      'outOfOrder',
    ]);
  });
});
