import type { Report, ReportVerdict, SeriesRow } from '../contract/report.js';
import { median } from '../telemetry/flatness.js';
import { verdictWords } from '../contract/verdict-rules.js';
import { formatBytes } from '../format/bytes.js';
import { formatDuration, formatMilliseconds } from '../format/time.js';
import { formatInterval, formatSlope, intervalName, processNames } from '../format/verdict-text.js';
import type { SafeMarkup } from './safe-markup.js';
import { svgChart, type ChartMark, type ChartPoint } from './svg-chart.js';

const megabyte = 1e6;

type Measure = { [Key in keyof SeriesRow]: null extends SeriesRow[Key] ? Key : never }[keyof SeriesRow];

/** A measure over time, with a hole for each stretch without a row: a line across it would be invented. */
export function pointsOf(
  { series: { rows, bucketMs } }: Report,
  measure: Measure,
  divisor = 1,
): ChartPoint[] {
  const points: ChartPoint[] = [];
  let previousMs: number | null = null;
  for (const row of rows) {
    const { takeMs } = row;
    // Snapshots come a little more than a second apart: one that falls beside its second is no hole.
    if (previousMs !== null && takeMs - previousMs > Math.max(3000, 2 * bucketMs)) {
      points.push({ takeMs: previousMs + bucketMs, value: null });
    }
    const value = row[measure];
    points.push({ takeMs, value: value === null ? null : value / divisor });
    previousMs = takeMs;
  }
  return points;
}

export function marksOf({ events }: Report): ChartMark[] {
  return events.flatMap(({ mark, takeMs, kind }) =>
    mark === null ? [] : [{ takeMs, label: String(mark), isFault: kind === 'fault' }],
  );
}

export function memoryChart(report: Report): SafeMarkup {
  const heap = pointsOf(report, 'heapTotalBytes', megabyte);
  const external = pointsOf(report, 'externalBytes', megabyte);
  const native = pointsOf(report, 'nativeBytes', megabyte);
  const sumAt = (index: number, ...parts: readonly (readonly ChartPoint[])[]): number | null =>
    parts.reduce<number | null>((sum, part) => {
      const value = part[index]?.value ?? null;
      return sum === null || value === null ? null : sum + value;
    }, 0);
  const stacked = (
    ...parts: readonly (readonly ChartPoint[])[]
  ): { takeMs: number; low: number | null; high: number | null }[] =>
    (parts[0] ?? []).map(({ takeMs }, index) => ({
      takeMs,
      low: sumAt(index, ...parts.slice(0, -1)),
      high: sumAt(index, ...parts),
    }));
  const renderer = pointsOf(report, 'rendererMaxBytes', megabyte);
  const ceiling = pointsOf(report, 'ceilingBytes', megabyte);
  const unbounded = pointsOf(report, 'unboundedMaxBytes', megabyte);
  const { peakRssBytes } = report.memory;
  return svgChart({
    id: 'memory',
    title: 'Memory over the take',
    description: `Resident memory of the recorder with its parts, of ffmpeg, and the budget. The peak is ${formatBytes(peakRssBytes)} of a budget of ${formatBytes(report.budget.totalBytes)}.${report.unbounded === null ? '' : ` A recorder without caps beside it reached ${formatBytes(report.unbounded.peakRssBytes)}.`}`,
    unit: 'MB',
    toMs: endOf(report),
    heightPx: 320,
    bands: [
      { label: 'heap', style: 'heap', points: stacked(heap) },
      { label: 'external', style: 'external', points: stacked(heap, external) },
      { label: 'native', style: 'native', points: stacked(heap, external, native) },
    ],
    lines: [
      { label: 'recorder (RSS)', style: 'rss', points: pointsOf(report, 'rssMaxBytes', megabyte) },
      {
        label: 'ffmpeg, all together',
        style: 'ffmpeg',
        points: pointsOf(report, 'ffmpegMaxBytes', megabyte),
      },
      ...(renderer.some(({ value }) => value !== null)
        ? [{ label: 'window', style: 'renderer', points: renderer }]
        : []),
      { label: 'budget', style: 'budget', points: pointsOf(report, 'budgetBytes', megabyte), isStep: true },
      ...(ceiling.some(({ value }) => value !== null)
        ? [{ label: 'ceiling', style: 'ceiling', points: ceiling, isStep: true }]
        : []),
      ...(unbounded.some(({ value }) => value !== null)
        ? [{ label: 'without caps, on purpose (RSS)', style: 'unbounded', points: unbounded }]
        : []),
    ],
    marks: marksOf(report),
  });
}

/** Block minima of a process with the line that the verdict is about. */
export function slopeChart(report: Report, judged: ReportVerdict): SafeMarkup | null {
  const { blockMinima, slope } = judged;
  if (blockMinima.length < 2) return null;
  const perMs = (slope?.mbPerMinute ?? 0) / 60_000;
  // Sen's intercept: the median of what the slope leaves of each value.
  const intercept = median(blockMinima.map(({ takeMs, rssBytes }) => rssBytes / megabyte - perMs * takeMs));
  const ends = [blockMinima[0], blockMinima.at(-1)].flatMap((block) =>
    block === undefined ? [] : [block.takeMs],
  );
  const line = ends.map((takeMs) => ({ takeMs, value: intercept + perMs * takeMs }));
  const name = processNames[judged.process];
  return svgChart({
    id: `slope-${judged.process}`,
    title: `Block minima of ${name}`,
    description: `${blockMinima.length} minima of ${formatDuration(report.verdictWindow.blockMs)} each; slope ${formatSlope(judged.slope)}, ${intervalName} ${formatInterval(judged.slope)}: ${verdictWords[judged.verdict]}.`,
    unit: 'MB',
    fromMs: report.verdictWindow.fromMs ?? 0,
    toMs: endOf(report),
    startsAtZero: false,
    heightPx: 200,
    lines: [
      {
        label: `${name}: lowest reading of each ${formatDuration(report.verdictWindow.blockMs)}`,
        style: judged.process === 'main' ? 'rss' : judged.process,
        points: blockMinima.map(({ takeMs, rssBytes }) => ({ takeMs, value: rssBytes / megabyte })),
        hasDots: true,
        hasLine: false,
      },
      ...(slope === null
        ? []
        : [{ label: `Theil-Sen line, ${formatSlope(judged.slope)}`, style: 'trend', points: line }]),
    ],
  });
}

export function queueChart(report: Report): SafeMarkup {
  return svgChart({
    id: 'queue',
    title: 'Deepest frame queue',
    description: `The fullest frame queue of all streams, against its cap.`,
    unit: 'frames',
    toMs: endOf(report),
    heightPx: 170,
    lines: [
      { label: 'frames queued, at most', style: 'rss', points: pointsOf(report, 'queuedFramesMax') },
      { label: 'cap', style: 'budget', points: pointsOf(report, 'queueCapFrames') },
    ],
    marks: marksOf(report),
  });
}

export function gapChart(report: Report): SafeMarkup {
  return svgChart({
    id: 'gap',
    title: 'Frame gap',
    description: `The longest time without a frame among all streams; ${formatMilliseconds(report.totals.longestFrameGapMs)} at most over the take.`,
    unit: 'ms',
    toMs: endOf(report),
    heightPx: 170,
    lines: [
      { label: 'frame gap, longest of all streams', style: 'rss', points: pointsOf(report, 'frameGapMaxMs') },
    ],
    marks: marksOf(report),
  });
}

export function loopChart(report: Report): SafeMarkup {
  return svgChart({
    id: 'loop',
    title: 'Event-loop lag',
    description: `How late the event loop was at most; ${formatMilliseconds(report.totals.eventLoopLagMaxMs)} over the take.`,
    unit: 'ms',
    toMs: endOf(report),
    heightPx: 170,
    lines: [
      { label: 'event-loop lag, at most', style: 'rss', points: pointsOf(report, 'eventLoopLagMaxMs') },
    ],
    marks: marksOf(report),
  });
}

/** The memory of two runs, each from its own start. */
export function comparisonChart(a: Report, b: Report): SafeMarkup {
  return svgChart({
    id: 'both',
    title: 'Memory of both runs',
    description: `Resident memory of A, peak ${formatBytes(a.memory.peakRssBytes)}, and of B, peak ${formatBytes(b.memory.peakRssBytes)}, each from its own start.`,
    unit: 'MB',
    toMs: Math.max(endOf(a), endOf(b)),
    heightPx: 340,
    lines: [
      { label: `A: ${a.title}`, style: 'rss', points: pointsOf(a, 'rssMaxBytes', megabyte) },
      { label: `B: ${b.title}`, style: 'other', points: pointsOf(b, 'rssMaxBytes', megabyte) },
      { label: 'budget of A', style: 'budget', points: pointsOf(a, 'budgetBytes', megabyte), isStep: true },
      {
        label: 'budget of B',
        style: 'budget-other',
        points: pointsOf(b, 'budgetBytes', megabyte),
        isStep: true,
      },
    ],
  });
}

function endOf({ take, series }: Report): number {
  return Math.max(take.durationMs, (series.rows.at(-1)?.takeMs ?? 0) + series.bucketMs);
}
