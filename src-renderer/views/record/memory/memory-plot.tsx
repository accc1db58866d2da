import { useMemo } from 'react';
import { CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts';
import { timeAxis, type TimeSpan } from '../../../../src-main/chart/time-axis.js';
import { formatBytes, formatMegabytes } from '../../../../src-main/format/bytes.js';
import { formatTimecode } from '../../../../src-main/format/time.js';
import type { TelemetryRow } from '../../../../src-main/history/telemetry-series.js';
import { memoryAxisOf } from '../../../chart/memory-axis.js';
import { useElementSize } from '../../../controls/use-element-size.js';
import type { BudgetStep } from '../../../derive/budget-steps.js';
import type { ChartMark } from '../../../derive/chart-marks.js';
import type { VerdictKind } from '../../../derive/verdict.js';
import { formatClock } from '../../../format/clock.js';
import { BudgetMarks } from './budget-marks.js';
import { ChartMarks } from './chart-marks.js';
import { ChartTooltip, type TooltipLine } from './chart-tooltip.js';
import { MemorySeries } from './memory-series.js';

/** Of the chart, beside its plot: the texts of the value axis, and half of a last tick at the very end. */
const [valueTextWidth, halfTickWidth] = [58, 28];

/** Of a value's text, and of the time axis and the marks. */
const [leastTickPixels, timeAxisHeight] = [18, 40];

export interface MemoryPlotProps {
  /** In order of time. */
  readonly rows: readonly TelemetryRow[];
  readonly time: TimeSpan;
  /** What the moments of rows, marks and steps are: of the wall clock, or of the take. */
  readonly clock: 'wall' | 'elapsed';
  readonly marks: readonly ChartMark[];
  readonly steps: readonly BudgetStep[];
  readonly verdict: VerdictKind;
}

/** The process's memory with its parts stacked below it, budget and ceiling above it, and what happened meanwhile. */
export function MemoryPlot(props: MemoryPlotProps): React.JSX.Element {
  const { clock, marks, rows, steps, verdict } = props;
  const [place, { width, height }] = useElementSize();
  const plotWidth = Math.max(0, width - valueTextWidth - halfTickWidth);
  const time = timeAxis(props.time, plotWidth, clock);
  const axis = useMemo(() => memoryAxisOf(rows), [rows]);
  const timeText = clock === 'wall' ? clockWithSeconds : takeTime;
  return (
    <div ref={place} className="chart memory__chart">
      {axis === null && <p className="chart__empty">Waiting for the first numbers…</p>}
      {axis !== null && width > 0 && height > 0 && (
        <ComposedChart
          width={width}
          height={height}
          data={rows}
          margin={{ top: 18, right: halfTickWidth, bottom: 0, left: 0 }}
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
            height={22}
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
          <MemorySeries rows={rows} time={time} axis={axis} verdict={verdict} />
          {/* Not drawn: the library's cursor finds the row below it by a series of its own. */}
          <Line dataKey="rssBytes" hide isAnimationActive={false} />
          <ChartMarks marks={marks} time={time} />
          <BudgetMarks steps={steps} time={time} axis={axis} />
          <Tooltip
            includeHidden
            isAnimationActive={false}
            cursor={{ className: 'chart__cursor' }}
            content={
              <ChartTooltip
                lines={tooltipLines}
                steps={steps}
                bucketMs={bucketOf(rows)}
                timeText={timeText}
              />
            }
          />
        </ComposedChart>
      )}
      <StepList steps={steps} time={time} timeText={timeText} />
    </div>
  );
}

/** What the points on the budget's line say, for those who do not see them. */
function StepList({
  steps,
  time,
  timeText,
}: Pick<MemoryPlotProps, 'steps' | 'time'> & {
  readonly timeText: (atMs: number) => string;
}): React.JSX.Element | null {
  const shown = steps.filter(({ atMs }) => atMs >= time.fromMs && atMs <= time.toMs);
  if (shown.length === 0) return null;
  return (
    <ol className="visually-hidden" aria-label="Steps of the budget in the time shown">
      {shown.map(({ atMs, text, totalBytes }) => (
        <li key={`${atMs} ${totalBytes}`}>
          {timeText(atMs)}: {text}
        </li>
      ))}
    </ol>
  );
}

const tooltipLines: readonly TooltipLine[] = [
  { dataKey: 'rssBytes', label: 'Process (RSS)', format: formatBytes },
  { dataKey: 'nativeBytes', label: 'Native', format: formatBytes },
  { dataKey: 'externalBytes', label: 'External', format: formatBytes },
  { dataKey: 'heapBytes', label: 'Heap', format: formatBytes },
  { dataKey: 'ffmpegBytes', label: 'ffmpeg', format: formatBytes },
  { dataKey: 'budgetBytes', label: 'Budget', format: formatBytes },
  { dataKey: 'ceilingBytes', label: 'Ceiling', format: formatBytes },
  { dataKey: 'unboundedBytes', label: 'Unbounded (unsafe)', format: formatBytes },
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
    Math.ceil((ticks.length * leastTickPixels) / Math.max(1, height - timeAxisHeight)),
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
