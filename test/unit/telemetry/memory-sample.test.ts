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
