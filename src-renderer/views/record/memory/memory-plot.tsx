import { type KeyboardEvent, useMemo } from 'react';
import { CartesianGrid, ComposedChart, XAxis, YAxis } from 'recharts';
import { timeAxis, type TimeSpan } from '../../../../src-main/chart/time-axis.js';
import { formatBytes, formatMegabytes } from '../../../../src-main/format/bytes.js';
import { formatTimecode } from '../../../../src-main/format/time.js';
import type { TelemetryRow } from '../../../../src-main/history/telemetry-series.js';
import { memoryAxisOf } from '../../../chart/memory-axis.js';
import { useElementSize } from '../../../controls/use-element-size.js';
import type { BudgetStep } from '../../../derive/budget-steps.js';
import type { ChartMark } from '../../../derive/chart-marks.js';
import { zoomByKey } from '../../../derive/chart-zoom.js';
import type { MemoryLine } from '../../../derive/memory-lines.js';
import type { VerdictKind } from '../../../derive/verdict.js';
import { formatClock } from '../../../format/clock.js';
import { BudgetMarks } from './budget-marks.js';
import { ChartMarks } from './chart-marks.js';
import type { TooltipLine } from './chart-tooltip.js';
import { HeldMoment } from './held-moment.js';
import { MemorySeries } from './memory-series.js';
import { useDragZoom } from './use-drag-zoom.js';

/** Of the chart, beside its plot: the texts of the value axis, and half of a last tick at the very end. */
const [valueTextWidth, halfTickWidth] = [58, 28];

/** Of a value's text, and of the time axis and the marks. */
const [leastTickPixels, timeTextHeight, marksHeight] = [18, 22, 18];

export interface MemoryPlotProps {
  /** Of the time shown, in its order. */
  readonly rows: readonly TelemetryRow[];
  readonly time: TimeSpan;
  /** What the moments of rows, marks and steps are: of the wall clock, or of the take. */
  readonly clock: 'wall' | 'elapsed';
  readonly marks: readonly ChartMark[];
  readonly steps: readonly BudgetStep[];
  readonly verdict: VerdictKind;
  /** Lines that are switched off. */
  readonly hidden?: readonly MemoryLine[];
  /** The time that is shown without a zoom; `time` is a part of it. */
  readonly outer: TimeSpan;
  /** Somebody wants to see this stretch; null for all of it. */
  readonly onZoom: (zoom: TimeSpan | null) => void;
}

/** The process's memory with its parts stacked below it, budget and ceiling above it, and what happened meanwhile. */
export function MemoryPlot(props: MemoryPlotProps): React.JSX.Element {
  const { clock, hidden = nothingHidden, marks, onZoom, outer, rows, steps, verdict } = props;
  const [place, { width, height }] = useElementSize();
  const plotWidth = Math.max(0, width - valueTextWidth - halfTickWidth);
  const time = timeAxis(props.time, plotWidth, clock);
  // What was so high that all else was flat is out of sight after a while, and so is its scale.
  const axis = useMemo(() => memoryAxisOf(rows, hidden), [rows, hidden]);
  const timeText = clock === 'wall' ? clockWithSeconds : takeTime;
  const isZoomed = time.fromMs !== outer.fromMs || time.toMs !== outer.toMs;
  const area = { left: valueTextWidth, width: plotWidth };
  const { handlers, selection } = useDragZoom({ ...area, time, outer, onZoom });
  const byKey = (event: KeyboardEvent): void => {
    // In the chart itself arrows go from point to point.
    if (event.target !== event.currentTarget && event.key.startsWith('Arrow')) return;
    const zoom = zoomByKey(event.key, time, outer);
    if (zoom === time || (zoom === null && !isZoomed)) return;
    event.preventDefault();
    // The keys of the window are for others.
    event.stopPropagation();
    onZoom(zoom);
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dragged over, and moved by keys
    <div
      ref={place}
      className="chart memory__chart"
      role="group"
      aria-label="Memory over time. Plus and minus zoom, arrows move, Escape shows all."
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it is zoomed and moved by keys
      tabIndex={0}
      onKeyDown={byKey}
      {...handlers}
    >
      {axis === null && <p className="chart__empty">Waiting for the first numbers…</p>}
      {axis !== null && width > 0 && height > 0 && (
        <ComposedChart
          width={width}
          height={height}
          data={rows}
          margin={{ top: marksHeight, right: halfTickWidth, bottom: 0, left: 0 }}
          title="Memory over time"
        >
          <CartesianGrid vertical={false} />
          <XAxis
            dataKey="atMs"
            type="number"
            scale="time"
            domain={[time.fromMs, time.toMs]}
            ticks={[...time.ticks]}
            tickFormatter={clock === 'wall' && !time.hasSeconds ? clockOnly : timeText}
            allowDataOverflow
            height={timeTextHeight}
            interval={0}
            tickLine={false}
          />
          <YAxis
            domain={[axis.low, axis.high]}
            ticks={ticksIn(axis.ticks, height)}
            allowDataOverflow
            tickFormatter={formatMegabytes}
            width={valueTextWidth}
            interval={0}
            tickLine={false}
            axisLine={false}
          />
          <MemorySeries {...{ rows, time, axis, verdict, hidden }} />
          <ChartMarks marks={marks} time={time} />
          <BudgetMarks steps={steps} time={time} axis={axis} />
        </ComposedChart>
      )}
      {axis !== null && (
        <HeldMoment
          {...{ rows, time, steps, timeText }}
          plot={{ ...area, top: marksHeight, height: height - marksHeight - timeTextHeight }}
          lines={tooltipLines.filter(({ line }) => !hidden.includes(line))}
          bucketMs={bucketOf(rows)}
        />
      )}
      {selection !== null && <div className="chart__selection" style={selection} />}
      {isZoomed && (
        <button
          type="button"
          className="chart__zoom"
          title={`Shown: ${timeText(time.fromMs)} to ${timeText(time.toMs)}`}
          onClick={() => onZoom(null)}
        >
          {clock === 'wall' ? 'Not live: back to now' : 'Show all'}
        </button>
      )}
      <HiddenList
        label="Steps of the budget in the time shown"
        entries={steps}
        time={time}
        timeText={timeText}
      />
      <HiddenList
        label="Markers in the time shown"
        entries={marks.flatMap(({ atMs, kind, label }) => (kind === 'marker' ? [{ atMs, text: label }] : []))}
        time={time}
        timeText={timeText}
      />
    </div>
  );
}

interface HiddenListProps {
  readonly label: string;
  readonly entries: readonly { readonly atMs: number; readonly text: string }[];
  readonly time: TimeSpan;
  readonly timeText: (atMs: number) => string;
}

/** What points and marks of the time shown say, for those who do not see them. */
function HiddenList({ entries, label, time, timeText }: HiddenListProps): React.JSX.Element | null {
  const shown = entries.filter(({ atMs }) => atMs >= time.fromMs && atMs <= time.toMs);
  if (shown.length === 0) return null;
  return (
    <ol className="visually-hidden" aria-label={label}>
      {shown.map(({ atMs, text }) => (
        <li key={`${atMs} ${text}`}>
          {timeText(atMs)}: {text}
        </li>
      ))}
    </ol>
  );
}

const nothingHidden: readonly MemoryLine[] = [];

const tooltipLines: readonly (TooltipLine & { readonly line: MemoryLine })[] = [
  { line: 'rss', dataKey: 'rssBytes', label: 'Process (RSS)', format: formatBytes },
  { line: 'native', dataKey: 'nativeBytes', label: 'Native', format: formatBytes },
  { line: 'external', dataKey: 'externalBytes', label: 'External', format: formatBytes },
  { line: 'heap', dataKey: 'heapBytes', label: 'Heap', format: formatBytes },
  { line: 'ffmpeg', dataKey: 'ffmpegBytes', label: 'ffmpeg', format: formatBytes },
  { line: 'budget', dataKey: 'budgetBytes', label: 'Budget', format: formatBytes },
  { line: 'ceiling', dataKey: 'ceilingBytes', label: 'Ceiling', format: formatBytes },
  { line: 'unbounded', dataKey: 'unboundedBytes', label: 'Unbounded (unsafe)', format: formatBytes },
];

/** How far two rows are apart. */
function bucketOf(rows: readonly TelemetryRow[]): number {
  const [first, second] = rows;
  return first === undefined || second === undefined ? 0 : second.atMs - first.atMs;
}

/** Of a chart in a low window: as many as can be told apart, the lowest among them. */
function ticksIn(ticks: readonly number[], height: number): number[] {
  const every = Math.max(
    1,
    Math.ceil((ticks.length * leastTickPixels) / Math.max(1, height - timeTextHeight - marksHeight)),
  );
  return ticks.filter((_, index) => index % every === 0);
}

function clockOnly(atMs: number): string {
  return formatClock(atMs, false);
}

function clockWithSeconds(atMs: number): string {
  return formatClock(atMs, true);
}

function takeTime(takeMs: number): string {
  return formatTimecode(takeMs);
}
