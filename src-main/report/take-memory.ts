import { join } from 'node:path';
import { gapBuckets } from '../chart/bucket-ring.js';
import { budgetEvent } from '../contract/budget-terms.js';
import type { TakeMemory } from '../contract/history.js';
import type { SeriesRow } from '../contract/report.js';
import { ndjsonLines } from './ndjson-lines.js';
import { ReportSeries } from './report-series.js';
import { parseTelemetryLine, type ReadEvent } from './telemetry-line.js';

/** As many as a window keeps of a room. */
const [maxSteps, maxMarks] = [200, 400];
/** Nothing was measured for so long: the lines are interrupted. In milliseconds. */
const gapMs = 5_000;

/**
 * The memory of a take over time, for a chart: read from its telemetry, in memory that does not grow with it. A folder
 * without telemetry has nothing to say.
 *
 * @param folders absolute paths of all folders of the take, in the order of its parts
 */
export async function readTakeMemory(folders: readonly string[]): Promise<TakeMemory> {
  const series = new ReportSeries();
  const steps: TakeMemory['steps'] = [];
  const marks: TakeMemory['marks'] = [];
  const addEvent = ({ details, level, message, name, takeMs }: ReadEvent): void => {
    if (takeMs === null) return;
    if (name === budgetEvent) {
      if (steps.length < maxSteps) steps.push({ takeMs, message, details });
    } else if (marks.length < maxMarks) marks.push({ takeMs, name, level, message });
  };
  for (const folder of folders) {
    try {
      for await (const { text } of ndjsonLines(join(folder, 'telemetry.ndjson'))) {
        const line = parseTelemetryLine(text);
        if (typeof line === 'string') continue;
        if (line.schema === 'plateau.event/1') addEvent(line);
        else if (line.schema === 'plateau.snapshot/1' && line.takeMs !== null) series.add(line.takeMs, line);
      }
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
    }
  }
  return { rows: rowsOf(series), steps, marks };
}

function rowsOf({ bucketMs, rows }: ReportSeries): TakeMemory['rows'] {
  const apartMs = gapBuckets(gapMs, bucketMs) * bucketMs;
  const shown: TakeMemory['rows'] = [];
  let latestMs: number | null = null;
  for (const row of rows) {
    if (latestMs !== null && row.takeMs - latestMs > apartMs) shown.push(silence(latestMs + 1.5 * bucketMs));
    shown.push(rowOf(row, bucketMs));
    latestMs = row.takeMs;
  }
  return shown;
}

function rowOf(row: SeriesRow, bucketMs: number): TakeMemory['rows'][number] {
  return {
    atMs: row.takeMs + bucketMs / 2,
    rssBytes: row.rssMaxBytes,
    rssMinBytes: row.rssMinBytes,
    heapBytes: row.heapTotalBytes,
    externalBytes: row.externalBytes,
    nativeBytes: row.nativeBytes === null ? null : Math.max(0, row.nativeBytes),
    // Without an encoder there is nothing to draw.
    ffmpegBytes: row.ffmpegMaxBytes === 0 ? null : row.ffmpegMaxBytes,
    budgetBytes: row.budgetBytes,
    ceilingBytes: row.ceilingBytes,
    frameGapMs: row.frameGapMaxMs,
    loopLateMs: row.eventLoopLagMaxMs,
    unboundedBytes: row.unboundedMaxBytes,
  };
}

function silence(atMs: number): TakeMemory['rows'][number] {
  return {
    ...{ atMs, rssBytes: null, rssMinBytes: null, heapBytes: null, externalBytes: null, nativeBytes: null },
    ...{ ffmpegBytes: null, budgetBytes: null, ceilingBytes: null, frameGapMs: null, loopLateMs: null },
    unboundedBytes: null,
  };
}
