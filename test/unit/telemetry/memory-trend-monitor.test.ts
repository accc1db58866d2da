import { describe, expect, it } from 'vitest';
import { MemoryTrendMonitor, type ProcessReading } from '../../../src-main/telemetry/memory-trend-monitor.js';

const megabyte = 1e6;

/** A reading a second of a process that leaks, and of an encoder that does not. */
function feed(
  keeper: MemoryTrendMonitor,
  seconds: { readonly from: number; readonly to: number },
  read: (second: number) => Partial<ProcessReading>,
): void {
  for (let second = seconds.from; second < seconds.to; second += 1) {
    keeper.add({
      atMs: second * 1000,
      mainRssBytes: 150 * megabyte + (second % 7) * 1e5,
      ffmpegRssBytes: 80 * megabyte + (second % 5) * 1e5,
      rendererRssBytes: undefined,
      workload: 'ada.mp4',
      ...read(second),
    });
  }
}

describe('MemoryTrendMonitor', () => {
  it('judges each process apart', () => {
    const keeper = new MemoryTrendMonitor();
    feed(keeper, { from: 0, to: 1_200 }, (second) => ({
      mainRssBytes: 150 * megabyte + (second / 60) * 2 * megabyte,
      rendererRssBytes: 90 * megabyte,
    }));
    const verdict = keeper.verdict;
    expect(verdict?.main.verdict).toBe('leaking');
    expect(verdict?.main.slope?.mbPerMinute).toBeCloseTo(2, 1);
    expect(verdict?.ffmpeg?.verdict).toBe('flat');
    expect(verdict?.renderer?.verdict).toBe('flat');
  });

  it('says nothing during the warm-up, nor of processes that are not there', () => {
    const keeper = new MemoryTrendMonitor();
    expect(keeper.verdict).toBeNull();
    feed(keeper, { from: 0, to: 60 }, (second) => ({ mainRssBytes: second * megabyte }));
    expect(keeper.verdict).toMatchObject({ windowMs: 0, renderer: null });
    expect(keeper.verdict?.main).toEqual({ verdict: 'undecided', slope: null });
    feed(keeper, { from: 60, to: 1_000 }, () => ({}));
    expect(keeper.verdict?.main.verdict).toBe('flat');
  });

  it('keeps what was judged when a stream joins, which is no leak', () => {
    const keeper = new MemoryTrendMonitor();
    feed(keeper, { from: 0, to: 300 }, () => ({}));
    expect(keeper.verdict).toMatchObject({ windowMs: 220_000, slopeAtMs: null, main: { verdict: 'flat' } });
    const joined = { workload: 'ada.mp4\nben.mp4', mainRssBytes: 220 * megabyte };
    feed(keeper, { from: 300, to: 302 }, () => joined);
    expect(keeper.verdict).toMatchObject({ windowMs: 220_000, restarts: 1, main: { verdict: 'flat' } });
    feed(keeper, { from: 302, to: 801 }, () => joined);
    expect(keeper.verdict).toMatchObject({ restarts: 1, main: { verdict: 'flat' } });
    // Whole blocks of 40 s of both: 200 of 240 s, and 440 s from a minute after the join on.
    expect(keeper.verdict?.windowMs).toBe(640_000);
    expect(keeper.verdict?.main.slope?.upperMbPerMinute).toBeLessThan(0.2);
    expect(keeper.evidence?.main).toHaveLength(2);
  });

  it('finds a leak over many stretches, none of which is long enough by itself', () => {
    const keeper = new MemoryTrendMonitor();
    for (let visit = 0; visit < 12; visit += 1) {
      const from = visit * 120;
      feed(keeper, { from, to: from + 120 }, (second) => ({
        workload: visit % 2 === 0 ? 'ada.mp4' : 'ada.mp4\nben.mp4',
        mainRssBytes: (150 + (visit % 2) * 70 + (second / 60) * 3) * megabyte,
      }));
    }
    expect(keeper.verdict?.main.verdict).toBe('leaking');
    expect(keeper.verdict?.main.slope?.mbPerMinute).toBeCloseTo(3, 5);
    expect(keeper.verdict?.ffmpeg?.verdict).toBe('flat');
  });

  it('says when there will be a slope, and sooner when an earlier stretch counts', () => {
    const keeper = new MemoryTrendMonitor();
    feed(keeper, { from: 0, to: 1 }, () => ({}));
    expect(keeper.verdict?.slopeAtMs).toBe(160_000);
    feed(keeper, { from: 1, to: 125 }, () => ({}));
    expect(keeper.verdict).toMatchObject({ windowMs: 60_000, slopeAtMs: 160_000 });
    feed(keeper, { from: 125, to: 126 }, () => ({ workload: 'ada.mp4\nben.mp4' }));
    // Three blocks have 6 orders, four more have 24: more than the 120 of five.
    expect(keeper.verdict?.slopeAtMs).toBe(125_000 + 60_000 + 80_000);
    feed(keeper, { from: 126, to: 266 }, () => ({ workload: 'ada.mp4\nben.mp4' }));
    expect(keeper.verdict).toMatchObject({ slopeAtMs: null, main: { verdict: 'flat' } });
  });

  it('keeps a hundred stretches at most, of those that came and went', { timeout: 60_000 }, () => {
    const keeper = new MemoryTrendMonitor();
    for (let visit = 0; visit < 300; visit += 1) {
      const from = visit * 110;
      feed(keeper, { from, to: from + 110 }, () => ({ workload: `visitor-${visit}` }));
    }
    expect(keeper.evidence?.main.length).toBeLessThanOrEqual(101);
    expect(keeper.verdict).toMatchObject({ restarts: 299, main: { verdict: 'flat' } });
  });

  it('gives no verdict on a process of which a reading is missing', () => {
    const keeper = new MemoryTrendMonitor();
    feed(keeper, { from: 0, to: 1_200 }, (second) => (second === 400 ? { ffmpegRssBytes: null } : {}));
    expect(keeper.verdict?.ffmpeg).toEqual({ verdict: 'unreadable', slope: null });
    expect(keeper.verdict?.main.verdict).toBe('flat');
  });

  it('is stricter from 25 minutes on: 0.3 MB/min is 0.4 GB a day', () => {
    const keeper = new MemoryTrendMonitor();
    const growing = (second: number): Partial<ProcessReading> => ({
      mainRssBytes: 150 * megabyte + (second / 60) * 0.3 * megabyte,
    });
    feed(keeper, { from: 0, to: 1_200 }, growing);
    expect(keeper.verdict).toMatchObject({ main: { verdict: 'flat' }, limits: { flatBelowMbPerMinute: 1 } });
    feed(keeper, { from: 1_200, to: 1_861 }, growing);
    expect(keeper.verdict).toMatchObject({
      main: { verdict: 'undecided' },
      limits: { flatBelowMbPerMinute: 0.2 },
    });
  });

  it('judges by the limits that were chosen, also by those of later', () => {
    const keeper = new MemoryTrendMonitor({ leakAboveMbPerMinute: 0.1 });
    const growing = (second: number): Partial<ProcessReading> => ({
      mainRssBytes: 150 * megabyte + (second / 60) * 0.3 * megabyte,
    });
    feed(keeper, { from: 0, to: 1_200 }, growing);
    expect(keeper.verdict).toMatchObject({ main: { verdict: 'leaking' }, limits: { areChosen: true } });
    keeper.choose({ flatBelowMbPerMinute: 0.4 });
    feed(keeper, { from: 1_200, to: 1_861 }, growing);
    expect(keeper.verdict).toMatchObject({
      main: { verdict: 'flat' },
      limits: { flatBelowMbPerMinute: 0.4, leakAboveMbPerMinute: 0.5 },
    });
  });

  // Judges thousands of times: nothing of it is about time, and a busy machine takes its own.
  it(
    'takes two-minute blocks at half an hour and keeps at most 120 blocks over days',
    { timeout: 180_000 },
    () => {
      const keeper = new MemoryTrendMonitor();
      feed(keeper, { from: 0, to: 1_861 }, () => ({}));
      expect(keeper.verdict).toMatchObject({ blockMs: 120_000, windowMs: 1_800_000 });
      feed(keeper, { from: 1_861, to: 30 * 3_600 }, (second) => ({ mainRssBytes: 1e8 + second * 20_000 }));
      const verdict = keeper.verdict;
      expect((verdict?.windowMs ?? 0) / (verdict?.blockMs ?? 1)).toBeLessThanOrEqual(120);
      expect(verdict?.windowMs).toBeGreaterThan(29 * 3_600_000);
      expect(verdict?.main.slope?.mbPerMinute).toBeCloseTo(1.2, 1);
      expect(verdict?.main.verdict).toBe('leaking');
    },
  );
});
