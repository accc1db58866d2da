import type { Snapshot } from '../../src-main/contract/snapshot.js';
import { presentRssBytes } from '../../src-main/contract/limits.js';
import { BucketRing, type BucketRow, type Reduction } from './bucket-ring.js';

/** What the charts draw. The three parts of the process are those of its highest moment in the bucket. */
const columns = {
  rssBytes: 'max',
  rssMinBytes: 'min',
  heapBytes: 'atPeak',
  externalBytes: 'atPeak',
  nativeBytes: 'atPeak',
  ffmpegBytes: 'max',
  budgetBytes: 'last',
  ceilingBytes: 'last',
  frameGapMs: 'max',
  loopLateMs: 'max',
  unboundedBytes: 'max',
} as const satisfies Record<string, Reduction>;

export type SeriesName = keyof typeof columns;
export type TelemetryRow = BucketRow<SeriesName>;

export const chartRanges = ['5min', '30min', 'all'] as const;
export type ChartRange = (typeof chartRanges)[number];

/** A chart's width in pixels is hardly more than twice of this: more points would not be seen. */
export const pointsPerSeries = 150;

const minuteMs = 60_000;
/** Null: as long as there is something. */
export const rangeSpanMs = { '5min': 5 * minuteMs, '30min': 30 * minuteMs, all: null } as const;

const shape = { capacity: pointsPerSeries, columns, peak: 'rssBytes' } as const;

/** The session's telemetry at three resolutions, in memory that does not grow. */
export class TelemetrySeries {
  readonly #rings: Readonly<Record<ChartRange, BucketRing<SeriesName>>> = {
    '5min': new BucketRing<SeriesName>({
      ...shape,
      widthMs: rangeSpanMs['5min'] / pointsPerSeries,
      whenFull: 'slides',
    }),
    '30min': new BucketRing<SeriesName>({
      ...shape,
      widthMs: rangeSpanMs['30min'] / pointsPerSeries,
      whenFull: 'slides',
    }),
    all: new BucketRing<SeriesName>({ ...shape, widthMs: 1000, whenFull: 'merges' }),
  };
  readonly #sample = new Float64Array(Object.keys(columns).length);

  add(atMs: number, snapshot: Snapshot): void {
    const sample = this.#sample;
    const { memory } = snapshot;
    sample[0] = memory.rssBytes;
    sample[1] = memory.rssBytes;
    sample[2] = memory.heapTotalBytes;
    sample[3] = memory.externalBytes;
    sample[4] = Math.max(0, memory.nativeBytes);
    // Without an encoder there is nothing to draw.
    sample[5] = memory.ffmpegRssBytes || Number.NaN;
    sample[6] = memory.budgetBytes ?? Number.NaN;
    sample[7] = memory.ceilingBytes ?? Number.NaN;
    sample[8] = frameGapMsOf(snapshot) ?? Number.NaN;
    sample[9] = snapshot.eventLoopMaxLateMs;
    sample[10] = presentRssBytes(snapshot.unbounded) ?? Number.NaN;
    for (const range of chartRanges) this.#rings[range].add(atMs, sample);
  }

  read(range: ChartRange): TelemetryRow[] {
    return this.#rings[range].read();
  }
}

/** The longest time since a frame over all streams that should have one; null when there is none. */
export function frameGapMsOf(snapshot: Snapshot): number | null {
  let longest: number | null = null;
  for (const { video } of snapshot.sinks) {
    if (video?.isLive !== true) continue;
    longest = Math.max(longest ?? 0, video.frameGapMs);
  }
  return longest;
}
