import { expect, it } from 'vitest';
import { MemoryTable, type SampledSnapshot } from '../../../src-main/telemetry/memory-sample.js';

function snapshotAt(takeMs: number | null): SampledSnapshot {
  return { takeMs, memory: { rssBytes: 150e6, ffmpegRssBytes: null }, sinks: [] };
}

/** The seconds of a take's lines, from a snapshot every second. */
function secondsOf(durationMs: number | null, lastSecond: number): number[] {
  const table = new MemoryTable(durationMs);
  for (let second = 0; second <= lastSecond; second += 1) table.add(snapshotAt(second * 1000));
  return table.samples.map(({ takeMs }) => takeMs / 1000);
}

it('has a line at 0, 1, 5 and 10 min, then every 10, and the last moment', () => {
  expect(secondsOf(null, 1_850)).toEqual([0, 60, 300, 600, 1_200, 1_800, 1_850]);
  expect(secondsOf(1_200_000, 1_200)).toEqual([0, 60, 300, 600, 1_200]);
});

it('has a line every 10 s of a take that is known to be short', () => {
  expect(secondsOf(30_000, 30)).toEqual([0, 10, 20, 30]);
  expect(secondsOf(120_000, 25)).toEqual([0, 10, 20, 25]);
});

it('passes over what belongs to no take, and begins late with whatever comes first', () => {
  const table = new MemoryTable(null);
  table.add(snapshotAt(null));
  expect(table.samples).toEqual([]);
  table.add(snapshotAt(400_000));
  table.add(snapshotAt(500_000));
  table.add(snapshotAt(600_000));
  expect(table.samples.map(({ takeMs }) => takeMs)).toEqual([400_000, 600_000]);
});

it('adds up the frames of every file, and takes the longest gap', () => {
  const video = (written: number, dropped: Record<string, number | undefined>, maxFrameGapMs: number) => ({
    video: { maxFrameGapMs, accounting: { written, dropped } },
  });
  const snapshot: SampledSnapshot = {
    takeMs: 5_000,
    memory: { rssBytes: 150e6, ffmpegRssBytes: 80e6 },
    sinks: [
      video(100, { queueFull: 3, paced: 2 }, 40),
      { video: null },
      video(50, { byteCap: 1, governed: undefined }, 90),
      video(7, {}, 60),
    ],
  };
  const table = new MemoryTable(null);
  table.add(snapshot);
  expect(table.samples).toEqual([
    {
      takeMs: 5_000,
      rssBytes: 150e6,
      ffmpegRssBytes: 80e6,
      frames: 157,
      dropped: 6,
      maxFrameGapMs: 90,
    },
  ]);
});
