import { BucketRing } from '../chart/bucket-ring.js';
import { type Column, Columns } from '../chart/columns.js';
import { higher } from '../chart/value-axis.js';
import { presentRssBytes } from '../contract/limits.js';
import type { SeriesMeasure, SeriesRow } from '../contract/report.js';
import type { ReadSnapshot } from './telemetry-line.js';

/** Where each measure of a report is read from. The parts of RSS are those of its highest moment: they add up to it. */
const columns: Readonly<Record<SeriesMeasure, Column<ReadSnapshot>>> = {
  rssMinBytes: { reduction: 'min', read: ({ memory }) => memory.rssBytes },
  rssMaxBytes: { reduction: 'max', read: ({ memory }) => memory.rssBytes },
  heapTotalBytes: { reduction: 'atPeak', read: ({ memory }) => memory.heapTotalBytes },
  externalBytes: { reduction: 'atPeak', read: ({ memory }) => memory.externalBytes },
  nativeBytes: { reduction: 'atPeak', read: ({ memory }) => memory.nativeBytes },
  ffmpegMinBytes: { reduction: 'min', read: ({ memory }) => memory.ffmpegRssBytes },
  ffmpegMaxBytes: { reduction: 'max', read: ({ memory }) => memory.ffmpegRssBytes },
  rendererMaxBytes: { reduction: 'max', read: (snapshot) => rendererRssBytesOf(snapshot) ?? null },
  budgetBytes: { reduction: 'max', read: ({ memory }) => memory.budgetBytes },
  ceilingBytes: { reduction: 'min', read: ({ memory }) => memory.ceilingBytes },
  queuedFramesMax: { reduction: 'max', read: (snapshot) => mostOf(snapshot, 'maxQueuedFrames') },
  queueCapFrames: { reduction: 'max', read: (snapshot) => mostOf(snapshot, 'queueCapFrames') },
  frameGapMaxMs: { reduction: 'max', read: (snapshot) => mostOf(snapshot, 'frameGapMs') },
  eventLoopLagMaxMs: { reduction: 'max', read: eventLoopLagMsOf },
  unboundedMaxBytes: { reduction: 'max', read: ({ unbounded }) => presentRssBytes(unbounded) },
};

/** A row for one and a half pixels of a chart; and the first buckets' length, which is that between two snapshots. */
const maxRows = 600;
const firstBucketMs = 1000;

/**
 * A take's measures over time in at most 600 rows, however long the take. Minima and maxima are kept, so that a
 * peak of one second is still there after 8 h.
 */
export class ReportSeries {
  readonly #columns = new Columns<SeriesMeasure, ReadSnapshot>(columns);
  readonly #ring = new BucketRing<SeriesMeasure>({
    capacity: maxRows,
    widthMs: firstBucketMs,
    whenFull: 'merges',
    columns: this.#columns,
    peak: 'rssMaxBytes',
    originMs: 0,
    // A report holds what was measured; where it was silent is seen when it is drawn.
    gapMs: null,
  });

  /** Time that one row spans, in ms. */
  get bucketMs(): number {
    return this.#ring.widthMs;
  }

  /** In order of time; a stretch without a reading has no row. */
  get rows(): SeriesRow[] {
    return this.#ring
      .read()
      .map(({ atMs, ...measures }) => ({ takeMs: atMs - this.bucketMs / 2, ...measures }));
  }

  /**
   * Adds the figures of one snapshot.
   *
   * @param takeMs of the take; what no clock of a take can say is left out
   */
  add(takeMs: number, snapshot: ReadSnapshot): void {
    if (!Number.isFinite(takeMs) || takeMs < 0) return;
    this.#ring.add(takeMs, this.#columns.sampleOf(snapshot));
  }
}

/** Resident memory of the window's process in bytes; null where it could not be read, undefined without a window. */
export function rendererRssBytesOf({ memory }: ReadSnapshot): number | null | undefined {
  return memory.consoleProcesses.find(({ kind }) => kind === 'renderer')?.rssBytes;
}

/** How late the event loop was at most, in ms. */
export function eventLoopLagMsOf({
  eventLoop,
  eventLoopMaxLateMs,
}: Pick<ReadSnapshot, 'eventLoop' | 'eventLoopMaxLateMs'>): number {
  return Math.max(eventLoopMaxLateMs, eventLoop?.maxMs ?? 0);
}

/** The most over all streams that are recorded; null when there is none. */
function mostOf(
  { sinks }: ReadSnapshot,
  measure: 'maxQueuedFrames' | 'queueCapFrames' | 'frameGapMs',
): number | null {
  let most: number | null = null;
  for (const { video, isRecording } of sinks) {
    if (video !== null && isRecording) most = higher(most, video[measure]);
  }
  return most;
}
