import { describe, expect, it } from 'vitest';
import type { SeriesName } from '../../../src-main/contract/history.js';
import type { Snapshot } from '../../../src-main/contract/snapshot.js';
import { TelemetrySeries } from '../../../src-main/history/telemetry-series.js';
import { snapshot, takeStartMs } from '../renderer/stores/snapshots.js';

const unbounded: Snapshot['unbounded'] = {
  ...{ state: 'running', stopReason: null, rssBytes: 911e6, peakRssBytes: 920e6, stopAtBytes: 2e9 },
  ...{ people: 1, ofPeople: 3, queuedFrames: 5, queuedBytes: 7e6, peakQueuedFrames: 6 },
  ...{ receivedFrames: 90, writtenFrames: 80 },
};

/** A snapshot in which every number is another. */
function distinct(): Snapshot {
  const base = snapshot(1_000);
  const [sink] = base.sinks;
  if (sink === undefined || sink.video === null) throw new Error('the fake has a frame');
  return {
    ...base,
    memory: {
      ...base.memory,
      rssBytes: 101e6,
      heapTotalBytes: 31e6,
      externalBytes: 21e6,
      nativeBytes: 49e6,
      ffmpegRssBytes: 202e6,
      budgetBytes: 404e6,
      ceilingBytes: 505e6,
    },
    eventLoopMaxLateMs: 17,
    unbounded,
    sinks: [{ ...sink, video: { ...sink.video, isLive: true, frameGapMs: 640 } }],
  };
}

function rowOf(...snapshots: readonly Snapshot[]) {
  const series = new TelemetrySeries();
  for (const one of snapshots) series.add(takeStartMs, one);
  const [row] = series.read('all');
  if (row === undefined) throw new Error('nothing was kept');
  return row;
}

describe('the columns of the window’s series', () => {
  it('each read what their name says', () => {
    const expected: Readonly<Record<SeriesName, number>> = {
      rssBytes: 101e6,
      rssMinBytes: 101e6,
      heapBytes: 31e6,
      externalBytes: 21e6,
      nativeBytes: 49e6,
      ffmpegBytes: 202e6,
      budgetBytes: 404e6,
      ceilingBytes: 505e6,
      frameGapMs: 640,
      loopLateMs: 17,
      unboundedBytes: 911e6,
    };
    expect(rowOf(distinct())).toEqual({ atMs: takeStartMs + 500, ...expected });
  });

  it('hold nothing where nothing was measured', () => {
    const base = snapshot(1_000);
    const without = rowOf({
      ...base,
      memory: { ...base.memory, ffmpegRssBytes: 0, budgetBytes: null, ceilingBytes: null, nativeBytes: -4e6 },
      unbounded: { ...unbounded, state: 'stopped' },
      sinks: [],
    });
    expect(without).toMatchObject({
      ...{ ffmpegBytes: null, budgetBytes: null, ceilingBytes: null },
      ...{ frameGapMs: null, unboundedBytes: null, nativeBytes: 0 },
    });
  });

  it('reduce a bucket to its extremes, with the parts of its highest moment', () => {
    const high = distinct();
    const later: Snapshot = {
      ...high,
      memory: {
        ...high.memory,
        rssBytes: 90e6,
        heapTotalBytes: 60e6,
        ffmpegRssBytes: 210e6,
        budgetBytes: 300e6,
      },
      eventLoopMaxLateMs: 3,
    };
    expect(rowOf(high, later)).toMatchObject({
      ...{ rssBytes: 101e6, rssMinBytes: 90e6, heapBytes: 31e6, ffmpegBytes: 210e6 },
      ...{ budgetBytes: 300e6, loopLateMs: 17 },
    });
  });
});
