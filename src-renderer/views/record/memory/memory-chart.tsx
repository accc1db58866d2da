import { useMemo } from 'react';
import { CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts';
import { timeAxis } from '../../../../src-main/chart/time-axis.js';
import { formatBytes, formatMegabytes } from '../../../../src-main/format/bytes.js';
import { timeShown } from '../../../../src-main/history/telemetry-series.js';
import { memoryAxisOf } from '../../../chart/memory-axis.js';
import { useElementSize } from '../../../controls/use-element-size.js';
import { judgeMemory } from '../../../derive/verdict.js';
import { formatClock } from '../../../format/clock.js';
import { useTelemetry, useViewChoice } from '../../../model/model-context.js';
import { ChartMarks } from './chart-marks.js';
import { ChartTooltip, type TooltipLine } from './chart-tooltip.js';
import { MemorySeries } from './memory-series.js';

/** Of the chart, beside its plot: the texts of the value axis, and half of a last tick at the very end. */
const [valueTextWidth, halfTickWidth] = [58, 28];

/** Of a value's text, and of the time axis and the marks. */
const [leastTickPixels, timeAxisHeight] = [18, 40];

/** The process's memory with its parts stacked below it, budget and ceiling above it, and what happened meanwhile. */
export function MemoryChart(): React.JSX.Element {
  const [place, { width, height }] = useElementSize();
  const range = useViewChoice((choices) => choices.chartRange);
  const { rows, endMs } = useTelemetry((shown) => shown.chart);
  const verdict = useTelemetry(({ snapshot }) => judgeMemory(snapshot).kind);
  const plotWidth = Math.max(0, width - valueTextWidth - halfTickWidth);
  const time = timeAxis(timeShown(range, rows, endMs), plotWidth, 'wall');
  const axis = useMemo(() => memoryAxisOf(rows), [rows]);
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
            tickFormatter={time.hasSeconds ? clockWithSeconds : clock}
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
          <ChartMarks time={time} />
          <Tooltip
            includeHidden
            isAnimationActive={false}
            cursor={{ className: 'chart__cursor' }}
            content={<ChartTooltip lines={tooltipLines} />}
          />
        </ComposedChart>
      )}
    </div>
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

/** Of a chart in a low window: as many as can be told apart, the lowest among them. */
function ticksIn(ticks: readonly number[], height: number): number[] {
  const every = Math.max(
    1,
    Math.ceil((ticks.length * leastTickPixels) / Math.max(1, height - timeAxisHeight)),
  );
  return ticks.filter((_, index) => index % every === 0);
}

function clock(atMs: number): string {
  return formatClock(atMs, false);
}

function clockWithSeconds(atMs: number): string {
  return formatClock(atMs, true);
}
