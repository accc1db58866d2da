import { BucketRing, type BucketRow, type RingState } from '../chart/bucket-ring.js';
import { type Column, Columns } from '../chart/columns.js';
import type { TimeSpan } from '../chart/time-axis.js';
import type { SeriesName } from '../contract/history.js';
import { presentRssBytes } from '../contract/limits.js';
import type { Snapshot } from '../contract/snapshot.js';

/** What the charts draw. The three parts of the process are those of its highest moment in the bucket. */
const columns = {
  rssBytes: { reduction: 'max', read: ({ memory }) => memory.rssBytes },
  rssMinBytes: { reduction: 'min', read: ({ memory }) => memory.rssBytes },
  heapBytes: { reduction: 'atPeak', read: ({ memory }) => memory.heapTotalBytes },
  externalBytes: { reduction: 'atPeak', read: ({ memory }) => memory.externalBytes },
  // Swapped out, the process is smaller than its parts.
  nativeBytes: { reduction: 'atPeak', read: ({ memory }) => Math.max(0, memory.nativeBytes) },
  // Without an encoder there is nothing to draw.
  ffmpegBytes: { reduction: 'max', read: ({ memory }) => memory.ffmpegRssBytes || null },
  budgetBytes: { reduction: 'last', read: ({ memory }) => memory.budgetBytes },
  ceilingBytes: { reduction: 'last', read: ({ memory }) => memory.ceilingBytes },
  frameGapMs: { reduction: 'max', read: frameGapMsOf },
  loopLateMs: { reduction: 'max', read: ({ eventLoopMaxLateMs }) => eventLoopMaxLateMs },
  unboundedBytes: { reduction: 'max', read: ({ unbounded }) => presentRssBytes(unbounded) },
} as const satisfies Record<SeriesName, Column<Snapshot>>;

export type TelemetryRow = BucketRow<SeriesName>;

/** The middle of a row's bucket, in ms since 1970. */
export function momentOf({ atMs }: TelemetryRow): number {
  return atMs;
}

/** What is kept at a resolution of its own, the finest first. */
const keptRanges = ['1min', '5min', '30min', 'all'] as const;
type KeptRange = (typeof keptRanges)[number];

/** A stretch of time up to now. */
export type ChartRange = KeptRange | '15min';

/** What a chart can show: a range up to now, or the take that runs, or ran last. */
export const shownRanges = ['1min', '5min', '15min', '30min', 'take', 'all'] as const;
export type ShownRange = (typeof shownRanges)[number];

/** A chart's width in pixels is hardly more than twice of this: more points would not be seen. */
export const pointsPerSeries = 150;

const minuteMs = 60_000;
/** Null: as long as there is something. */
const rangeSpanMs = {
  ...{ '1min': minuteMs, '5min': 5 * minuteMs, '15min': 15 * minuteMs, '30min': 30 * minuteMs },
  all: null,
} as const;
/** Nothing was heard for so long: the lines are interrupted. */
const gapMs = 5_000;

/** The buckets of each range, for another series. */
export type SeriesState = Readonly<Record<KeptRange, RingState<SeriesName>>>;

/** The session's telemetry at four resolutions, in memory that does not grow. */
export class TelemetrySeries {
  readonly #columns = new Columns<SeriesName, Snapshot>(columns);
  readonly #rings: Readonly<Record<KeptRange, BucketRing<SeriesName>>> = {
    '1min': this.#ring(rangeSpanMs['1min'] / pointsPerSeries, 'slides'),
    '5min': this.#ring(rangeSpanMs['5min'] / pointsPerSeries, 'slides'),
    '30min': this.#ring(rangeSpanMs['30min'] / pointsPerSeries, 'slides'),
    all: this.#ring(1000, 'merges'),
  };

  /** Takes the numbers of a snapshot, not the snapshot. @param atMs of the wall clock */
  add(atMs: number, snapshot: Snapshot): void {
    const sample = this.#columns.sampleOf(snapshot);
    for (const range of keptRanges) this.#rings[range].add(atMs, sample);
  }

  /** At most {@link pointsPerSeries} rows, and one without numbers for each silence. */
  read(range: ChartRange): TelemetryRow[] {
    return this.#rings[range === '15min' ? '30min' : range].read();
  }

  /** The finest rows that reach back to a moment; where none do, all that there are. @param fromMs of the wall clock */
  readFrom(fromMs: number): TelemetryRow[] {
    for (const range of keptRanges) {
      const rows = this.read(range);
      if ((rows[0]?.atMs ?? Infinity) <= fromMs) return rows;
    }
    return this.read('all');
  }

  /** Everything it holds, as plain data. */
  get state(): SeriesState {
    const rings = this.#rings;
    return {
      ...{ '1min': rings['1min'].state, '5min': rings['5min'].state, '30min': rings['30min'].state },
      all: rings.all.state,
    };
  }

  /** Takes the place of what it holds. */
  restore(state: SeriesState): void {
    for (const range of keptRanges) this.#rings[range].restore(state[range]);
  }

  #ring(widthMs: number, whenFull: 'slides' | 'merges'): BucketRing<SeriesName> {
    return new BucketRing<SeriesName>({
      capacity: pointsPerSeries,
      columns: this.#columns,
      peak: 'rssBytes',
      widthMs,
      whenFull,
      gapMs,
    });
  }
}

/** A session that has just begun fills a chart, and not its last pixels. */
const shortestMs = minuteMs;

/**
 * The time that every chart shows, so that they line up: a range up to `endMs`, and no more of it than there is.
 *
 * @param rows in order of time
 */
export function timeShown(range: ChartRange, rows: readonly TelemetryRow[], endMs: number): TimeSpan {
  const earliestMs = Math.min(rows[0]?.atMs ?? endMs, endMs - shortestMs);
  const spanMs = rangeSpanMs[range];
  return { fromMs: spanMs === null ? earliestMs : Math.max(earliestMs, endMs - spanMs), toMs: endMs };
}

/** Those in a stretch of time, and one on each side, to which lines go on. @param rows in order of time */
export function rowsWithin(
  rows: readonly TelemetryRow[],
  { fromMs, toMs }: TimeSpan,
): readonly TelemetryRow[] {
  const first = rows.findIndex(({ atMs }) => atMs >= fromMs);
  if (first < 0) return rows.slice(-1);
  const beyond = rows.findIndex(({ atMs }) => atMs > toMs);
  return rows.slice(Math.max(0, first - 1), beyond < 0 ? rows.length : beyond + 1);
}

/** The longest time since a frame over all streams that should have one; null when there is none. */
export function frameGapMsOf(snapshot: Snapshot): number | null {
  let longest: number | null = null;
  for (const { copy, video } of snapshot.sinks) {
    // What is copied is not looked at frame by frame here.
    if (video?.isLive !== true || copy !== undefined) continue;
    longest = Math.max(longest ?? 0, video.frameGapMs);
  }
  return longest;
}
