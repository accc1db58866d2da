import type { SeriesRow } from '../contract/report.js';

const maxRows = 600;
const firstBucketMs = 1000;

/**
 * Readings over time in at most 600 rows, however long the take: when there are more, each two become one
 * of twice the length. Minima and maxima are kept, so that a peak of one second is still there after 8 h.
 */
export class SeriesBuckets {
  #bucketMs = firstBucketMs;
  #rows = new Map<number, SeriesRow>();

  get bucketMs(): number {
    return this.#bucketMs;
  }

  /** In order of time; a stretch without a reading has no row. */
  get rows(): SeriesRow[] {
    return [...this.#rows].sort(([a], [b]) => a - b).map(([, row]) => row);
  }

  add(row: SeriesRow): void {
    if (!Number.isFinite(row.takeMs) || row.takeMs < 0) return;
    while (row.takeMs / this.#bucketMs >= maxRows) this.#double();
    this.#put(row);
  }

  #double(): void {
    const { rows } = this;
    this.#bucketMs *= 2;
    this.#rows = new Map();
    for (const row of rows) this.#put(row);
  }

  #put(row: SeriesRow): void {
    const index = Math.floor(row.takeMs / this.#bucketMs);
    const known = this.#rows.get(index);
    this.#rows.set(index, {
      ...(known === undefined ? row : merged(known, row)),
      takeMs: index * this.#bucketMs,
    });
  }
}

function merged(a: SeriesRow, b: SeriesRow): SeriesRow {
  // The parts of RSS are those of one moment: maxima of their own would add up to more than there was.
  const atPeak = (b.rssMaxBytes ?? -1) > (a.rssMaxBytes ?? -1) ? b : a;
  const { heapTotalBytes, externalBytes, nativeBytes } = atPeak;
  return {
    takeMs: a.takeMs,
    rssMinBytes: lower(a.rssMinBytes, b.rssMinBytes),
    rssMaxBytes: higher(a.rssMaxBytes, b.rssMaxBytes),
    heapTotalBytes,
    externalBytes,
    nativeBytes,
    ffmpegMinBytes: lower(a.ffmpegMinBytes, b.ffmpegMinBytes),
    ffmpegMaxBytes: higher(a.ffmpegMaxBytes, b.ffmpegMaxBytes),
    rendererMaxBytes: higher(a.rendererMaxBytes, b.rendererMaxBytes),
    budgetBytes: higher(a.budgetBytes, b.budgetBytes),
    ceilingBytes: lower(a.ceilingBytes, b.ceilingBytes),
    queuedFramesMax: higher(a.queuedFramesMax, b.queuedFramesMax),
    queueCapFrames: higher(a.queueCapFrames, b.queueCapFrames),
    frameGapMaxMs: higher(a.frameGapMaxMs, b.frameGapMaxMs),
    eventLoopLagMaxMs: higher(a.eventLoopLagMaxMs, b.eventLoopLagMaxMs),
    unboundedMaxBytes: higher(a.unboundedMaxBytes, b.unboundedMaxBytes),
  };
}

/** The higher one; null of nothing. */
export function higher(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

function lower(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}
