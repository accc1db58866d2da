import { gapBuckets } from '../../chart/bucket-ring.js';
import { linePath, type Reading, stackedPath } from '../../chart/paths.js';
import {
  type AxisShape,
  higher,
  lowAxis,
  memoryAxis,
  tallAxis,
  timingAxis,
  type ValueAxis,
  valueAxis,
} from '../../chart/value-axis.js';
import type { Report, ReportVerdict, SeriesMeasure, SeriesRow } from '../../contract/report.js';
import { verdictWords } from '../../contract/verdict-rules.js';
import { formatBytes } from '../../format/bytes.js';
import { formatDuration, formatMilliseconds } from '../../format/time.js';
import { formatInterval, formatSlope, intervalName, processNames } from '../../format/verdict-text.js';
import { median } from '../../telemetry/flatness.js';
import type { SafeMarkup } from './safe-markup.js';
import {
  type ChartBand,
  type ChartLine,
  type ChartMark,
  type ChartPoint,
  type PathInto,
  svgChart,
} from './svg-chart.js';

const megabyte = 1e6;
/** The unit of memory on an axis of bytes. */
const megabytes = { unit: 'MB', perUnit: megabyte } as const;
/** Snapshots come a little more than a second apart: a longer silence is a hole. */
const gapMs = 3_000;

/** It does not begin at zero: a wide step would leave much of the plot empty below. */
const slopeAxis: AxisShape = { ...lowAxis, steps: 4 };

/** A row of a series, or a stretch of which nothing is known: a line across it would be invented. */
type Row = SeriesRow | null;

function rowsOf({ series: { rows, bucketMs } }: Report): Row[] {
  const maxApartMs = bucketMs * gapBuckets(gapMs, bucketMs);
  return rows.flatMap((row, index) =>
    row.takeMs - (rows[index - 1]?.takeMs ?? row.takeMs) > maxApartMs ? [null, row] : [row],
  );
}

const momentOf = (row: Row): number => row?.takeMs ?? Number.NaN;

function valueOf(measure: SeriesMeasure): Reading<Row> {
  return (row) => row?.[measure] ?? null;
}

function lineOf(rows: readonly Row[], measure: SeriesMeasure, isStep = false): PathInto {
  return (plot) => linePath(rows, momentOf, valueOf(measure), plot, isStep);
}

function bandOf(rows: readonly Row[], ...parts: readonly SeriesMeasure[]): PathInto {
  return (plot) => stackedPath(rows, momentOf, parts.map(valueOf), plot);
}

function highestOf(rows: readonly Row[], ...measures: readonly SeriesMeasure[]): number | null {
  return rows.map(highestIn(measures)).reduce(higher, null);
}

/** The highest of some measures in one row. */
function highestIn(measures: readonly SeriesMeasure[]): Reading<Row> {
  const readings = measures.map(valueOf);
  return (row) => readings.map((read) => read(row)).reduce(higher, null);
}

function marksOf({ events }: Report): ChartMark[] {
  return events.flatMap(({ mark, takeMs, kind }) =>
    mark === null ? [] : [{ takeMs, label: String(mark), isFault: kind === 'fault' }],
  );
}

/** Memory of a take with its parts, limits, the other processes and what happened: as the window draws it live. */
export function memoryChart(report: Report): SafeMarkup {
  const rows = rowsOf(report);
  const { peakBudgetBytes, peakRssBytes } = report.memory;
  return svgChart({
    id: 'memory',
    title: 'Memory over the take',
    description: `Resident memory of the recorder with its parts, of ffmpeg, and the budget. The peak is ${formatBytes(peakRssBytes)} of a budget of ${formatBytes(peakBudgetBytes ?? report.budget.totalBytes)}.${report.unbounded === null ? '' : ` A recorder without caps beside it reached ${formatBytes(report.unbounded.peakRssBytes)}.`}`,
    ...megabytes,
    time: { fromMs: 0, toMs: endOf(report) },
    axis: memoryAxisOf(rows),
    heightPx: 320,
    bands: memoryBands(rows),
    lines: memoryLines(rows),
    marks: marksOf(report),
  });
}

/** The axis of the memory chart, in bytes; null when nothing was measured. */
function memoryAxisOf(rows: readonly Row[]): ValueAxis | null {
  const shownOf = highestIn([
    'rssMaxBytes',
    'ffmpegMaxBytes',
    'rendererMaxBytes',
    'budgetBytes',
    'unboundedMaxBytes',
  ]);
  return memoryAxis(rows, shownOf, valueOf('ceilingBytes'));
}

function memoryBands(rows: readonly Row[]): ChartBand[] {
  return [
    { label: 'heap', style: 'heap', path: bandOf(rows, 'heapTotalBytes') },
    { label: 'external', style: 'external', path: bandOf(rows, 'heapTotalBytes', 'externalBytes') },
    {
      label: 'native',
      style: 'native',
      path: bandOf(rows, 'heapTotalBytes', 'externalBytes', 'nativeBytes'),
    },
  ];
}

function memoryLines(rows: readonly Row[]): ChartLine[] {
  const where = (measure: SeriesMeasure, line: Omit<ChartLine, 'shape'>, isStep = false): ChartLine[] =>
    highestOf(rows, measure) === null ? [] : [{ ...line, shape: lineOf(rows, measure, isStep) }];
  return [
    { label: 'recorder (RSS)', style: 'rss', shape: lineOf(rows, 'rssMaxBytes') },
    { label: 'ffmpeg, all together', style: 'ffmpeg', shape: lineOf(rows, 'ffmpegMaxBytes') },
    ...where('rendererMaxBytes', { label: 'window', style: 'renderer' }),
    { label: 'budget', style: 'budget', shape: lineOf(rows, 'budgetBytes', true) },
    ...where('ceilingBytes', { label: 'ceiling', style: 'ceiling', isClipped: true }, true),
    ...where('unboundedMaxBytes', { label: 'without caps, on purpose (RSS)', style: 'unbounded' }),
  ];
}

/** Block minima of a process with the line that the verdict is about: one slope, and a level for each workload. */
export function slopeChart(report: Report, judged: ReportVerdict): SafeMarkup | null {
  const { blockMinima, slope } = judged;
  if (blockMinima.length < 2) return null;
  const stretches = stretchesOf(blockMinima);
  const perMs = ((slope?.mbPerMinute ?? 0) * megabyte) / 60_000;
  const trends = slope === null ? [] : stretches.map((minima) => trendOf(minima, perMs));
  const values = [...blockMinima.map(({ rssBytes }) => rssBytes), ...trends.flat().map(({ value }) => value)];
  const name = processNames[judged.process];
  const trend: ChartLine = {
    label: `Theil-Sen line, ${formatSlope(judged.slope)}`,
    style: 'trend',
    shape: pathOf(trends),
  };
  return svgChart({
    id: `slope-${judged.process}`,
    title: `Block minima of ${name}`,
    description: `${blockMinima.length} minima of ${formatDuration(report.verdictWindow.blockMs)} each; slope ${formatSlope(judged.slope)}, ${intervalName} ${formatInterval(judged.slope)}: ${verdictWords[judged.verdict]}.`,
    ...megabytes,
    time: { fromMs: report.verdictWindow.fromMs ?? 0, toMs: endOf(report) },
    axis: valueAxis(Math.min(...values), Math.max(...values), slopeAxis),
    heightPx: 200,
    lines: [
      {
        label: `${name}: lowest reading of each ${formatDuration(report.verdictWindow.blockMs)}`,
        style: judged.process === 'main' ? 'rss' : judged.process,
        shape: pathOf(stretches),
      },
      ...(slope === null ? [] : [trend]),
    ],
  });
}

/** The minima of each stretch of time with one workload. */
function stretchesOf(minima: ReportVerdict['blockMinima']): ChartPoint[][] {
  const stretches = new Map<number, ChartPoint[]>();
  for (const { takeMs, rssBytes, stretch = 0 } of minima) {
    const points = stretches.get(stretch) ?? [];
    points.push({ takeMs, value: rssBytes });
    stretches.set(stretch, points);
  }
  return [...stretches.values()];
}

/** First and last point of the line with this slope, at Sen's intercept: the median of what it leaves of each value. */
function trendOf(minima: readonly ChartPoint[], perMs: number): ChartPoint[] {
  const intercept = median(minima.map(({ takeMs, value }) => value - perMs * takeMs));
  return [minima.slice(0, 1), minima.slice(-1)]
    .flat()
    .map(({ takeMs }) => ({ takeMs, value: intercept + perMs * takeMs }));
}

/** A line that is interrupted between stretches: what lies between them was not judged. */
function pathOf(stretches: readonly (readonly ChartPoint[])[]): PathInto {
  const points = stretches.flatMap((stretch) => [null, ...stretch]);
  return (plot) =>
    linePath(
      points,
      (point) => point?.takeMs ?? Number.NaN,
      (point) => point?.value ?? null,
      plot,
    );
}

/** How full the fullest frame queue was. */
export function queueChart(report: Report): SafeMarkup {
  const rows = rowsOf(report);
  const highest = highestOf(rows, 'queuedFramesMax', 'queueCapFrames');
  return svgChart({
    id: 'queue',
    title: 'Deepest frame queue',
    description: `The fullest frame queue of all streams, against its cap.`,
    unit: 'frames',
    time: { fromMs: 0, toMs: endOf(report) },
    axis: highest === null ? null : valueAxis(0, highest, lowAxis),
    heightPx: 170,
    lines: [
      { label: 'frames queued, at most', style: 'rss', shape: lineOf(rows, 'queuedFramesMax') },
      { label: 'cap', style: 'budget', shape: lineOf(rows, 'queueCapFrames') },
    ],
    marks: marksOf(report),
  });
}

/** The longest time without a frame. */
export function gapChart(report: Report): SafeMarkup {
  return timingChart(report, 'frameGapMaxMs', {
    id: 'gap',
    title: 'Frame gap',
    description: `The longest time without a frame among all streams; ${formatMilliseconds(report.totals.longestFrameGapMs)} at most over the take.`,
    label: 'frame gap, longest of all streams',
  });
}

/** How late the event loop was. */
export function loopChart(report: Report): SafeMarkup {
  return timingChart(report, 'eventLoopLagMaxMs', {
    id: 'loop',
    title: 'Event-loop lag',
    description: `How late the event loop was at most; ${formatMilliseconds(report.totals.eventLoopLagMaxMs)} over the take.`,
    label: 'event-loop lag, at most',
  });
}

interface TimingTexts {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly label: string;
}

function timingChart(report: Report, measure: SeriesMeasure, { label, ...texts }: TimingTexts): SafeMarkup {
  const rows = rowsOf(report);
  const highestMs = highestOf(rows, measure);
  return svgChart({
    ...texts,
    unit: 'ms',
    time: { fromMs: 0, toMs: endOf(report) },
    axis: highestMs === null ? null : timingAxis(highestMs),
    heightPx: 170,
    lines: [{ label, style: 'rss', shape: lineOf(rows, measure) }],
    marks: marksOf(report),
  });
}

/** The memory of two runs, each from its own start. */
export function comparisonChart(a: Report, b: Report): SafeMarkup {
  const [rowsOfA, rowsOfB] = [rowsOf(a), rowsOf(b)];
  const highest = highestOf([...rowsOfA, ...rowsOfB], 'rssMaxBytes', 'budgetBytes');
  return svgChart({
    id: 'both',
    title: 'Memory of both runs',
    description: `Resident memory of A, peak ${formatBytes(a.memory.peakRssBytes)}, and of B, peak ${formatBytes(b.memory.peakRssBytes)}, each from its own start.`,
    ...megabytes,
    time: { fromMs: 0, toMs: Math.max(endOf(a), endOf(b)) },
    axis: highest === null ? null : valueAxis(0, highest, tallAxis),
    heightPx: 340,
    lines: [
      { label: `A: ${a.title}`, style: 'rss', shape: lineOf(rowsOfA, 'rssMaxBytes') },
      { label: `B: ${b.title}`, style: 'other', shape: lineOf(rowsOfB, 'rssMaxBytes') },
      { label: 'budget of A', style: 'budget', shape: lineOf(rowsOfA, 'budgetBytes', true) },
      { label: 'budget of B', style: 'budget-other', shape: lineOf(rowsOfB, 'budgetBytes', true) },
    ],
  });
}

function endOf({ take, series }: Report): number {
  return Math.max(take.durationMs, (series.rows.at(-1)?.takeMs ?? 0) + series.bucketMs);
}
