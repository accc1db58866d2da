import { expect, it } from 'vitest';
import type { SeriesMeasure } from '../../../src-main/contract/report.js';
import { ReportSeries } from '../../../src-main/report/report-series.js';
import { type ReadSnapshot, readSnapshotSchema } from '../../../src-main/report/telemetry-line.js';
import { accounting } from './synthetic-telemetry.js';

/** A snapshot in which every number is another. */
function distinct(): ReadSnapshot {
  const video = (frameGapMs: number, maxQueuedFrames: number) => ({
    ...{ frameGapMs, maxQueuedFrames, queueCapFrames: 30, maxFrameGapMs: 9_999 },
    accounting: accounting(100, 0, 0),
  });
  const sink = { file: 'ada.mp4', identity: 'ada', audio: { accounting: accounting(100, 0, 0) } };
  return readSnapshotSchema.parse({
    schema: 'plateau.snapshot/1',
    state: 'recording',
    takeMs: 0,
    memory: {
      ...{ rssBytes: 101e6, heapTotalBytes: 31e6, externalBytes: 21e6, nativeBytes: 49e6 },
      ...{ ffmpegRssBytes: 202e6, budgetBytes: 404e6, ceilingBytes: 505e6 },
      consoleProcesses: [
        { kind: 'gpu', rssBytes: 1e6 },
        { kind: 'renderer', rssBytes: 88e6 },
      ],
    },
    eventLoopMaxLateMs: 5,
    eventLoop: { maxMs: 17 },
    unbounded: {
      ...{ state: 'running', stopReason: null, rssBytes: 911e6, peakRssBytes: 920e6, stopAtBytes: 2e9 },
      ...{ people: 1, ofPeople: 3, queuedFrames: 5, queuedBytes: 7e6, peakQueuedFrames: 6 },
      ...{ receivedFrames: 90, writtenFrames: 80 },
    },
    sinks: [
      { ...sink, isRecording: true, video: video(640, 4) },
      { ...sink, isRecording: true, video: video(34, 7) },
      { ...sink, isRecording: false, video: video(5_000, 29) },
      { ...sink, isRecording: true, video: null },
    ],
  });
}

it('each measure of a report reads what its name says', () => {
  const series = new ReportSeries();
  series.add(4_200, distinct());
  const expected: Readonly<Record<SeriesMeasure, number>> = {
    rssMinBytes: 101e6,
    rssMaxBytes: 101e6,
    heapTotalBytes: 31e6,
    externalBytes: 21e6,
    nativeBytes: 49e6,
    ffmpegMinBytes: 202e6,
    ffmpegMaxBytes: 202e6,
    rendererMaxBytes: 88e6,
    budgetBytes: 404e6,
    ceilingBytes: 505e6,
    queuedFramesMax: 7,
    queueCapFrames: 30,
    frameGapMaxMs: 640,
    eventLoopLagMaxMs: 17,
    unboundedMaxBytes: 911e6,
  };
  expect(series.rows).toEqual([{ takeMs: 4_000, ...expected }]);
});

it('keeps the lowest and the highest of a stretch, and the parts of its peak', () => {
  const series = new ReportSeries();
  const high = distinct();
  series.add(0, high);
  series.add(500, {
    ...high,
    memory: {
      ...high.memory,
      rssBytes: 90e6,
      heapTotalBytes: 60e6,
      ffmpegRssBytes: 250e6,
      ceilingBytes: 400e6,
    },
    sinks: [],
  });
  expect(series.rows).toMatchObject([
    {
      ...{ rssMinBytes: 90e6, rssMaxBytes: 101e6, heapTotalBytes: 31e6, ffmpegMinBytes: 202e6 },
      ...{ ffmpegMaxBytes: 250e6, ceilingBytes: 400e6, queuedFramesMax: 7 },
    },
  ]);
});

it('leaves out a moment that no take has', () => {
  const series = new ReportSeries();
  for (const takeMs of [-1, Number.NaN, Infinity]) series.add(takeMs, distinct());
  expect(series.rows).toEqual([]);
});
