import { useMemo } from 'react';
import { CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts';
import { useElementSize } from '../../../controls/use-element-size.js';
import { formatBytes, formatMegabytes } from '../../../../src-main/format/bytes.js';
import { formatClock } from '../../../format/clock.js';
import { useTelemetry, useViewChoice } from '../../../model/model-context.js';
import { judgeMemory } from '../../../derive/verdict.js';
import type { TelemetryRow } from '../../../derive/telemetry-series.js';
import { ChartMarks } from './chart-marks.js';
import { roundCeiling, timeFrameOf } from '../../../chart/chart-frame.js';
import { ChartTooltip, type TooltipLine } from './chart-tooltip.js';
import { MemorySeries } from './memory-series.js';

const pixelsPerTick = 84;
/** The last tick may stand at the very end. */
const halfTickWidth = 28;
const gridLines = 4;

/** The process's memory with its parts stacked below it, budget and ceiling above it, and what happened meanwhile. */
export function MemoryChart(): React.JSX.Element {
  const [place, { width, height }] = useElementSize();
  const range = useViewChoice((choices) => choices.chartRange);
  const { rows, endMs } = useTelemetry((shown) => shown.chart);
  const verdict = useTelemetry(({ snapshot }) => judgeMemory(snapshot).kind);
  const frame = timeFrameOf(range, rows, endMs, Math.max(2, width / pixelsPerTick));
  const ceiling = useMemo(() => roundCeiling(highestOf(rows) * 1.08, gridLines), [rows]);
  const ticks = Array.from({ length: gridLines + 1 }, (_, index) => (ceiling / gridLines) * index);
  return (
    <div ref={place} className="chart memory__chart">
      {rows.length === 0 && <p className="chart__empty">Waiting for the first numbers…</p>}
      {rows.length > 0 && width > 0 && height > 0 && (
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
            domain={[frame.fromMs, frame.toMs]}
            ticks={[...frame.ticks]}
            tickFormatter={frame.hasSeconds ? clockWithSeconds : clock}
            allowDataOverflow
            height={22}
            interval={0}
            tickLine={false}
          />
          <YAxis
            domain={[0, ceiling]}
            ticks={ticks}
            tickFormatter={formatMegabytes}
            width={58}
            interval={0}
            tickLine={false}
            axisLine={false}
          />
          <MemorySeries rows={rows} frame={frame} ceiling={ceiling} verdict={verdict} />
          {/* One series of the library's own, for its cursor finds the row below it. */}
          <Line {...still} dataKey="rssBytes" className="series series--rss" />
          <ChartMarks frame={frame} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ className: 'chart__cursor' }}
            content={<ChartTooltip lines={tooltipLines} />}
          />
        </ComposedChart>
      )}
    </div>
  );
}

/** Nothing moves by itself: at one new image a second, an animation would never end. */
const still = {
  isAnimationActive: false,
  dot: false,
  activeDot: false,
  connectNulls: false,
  type: 'linear',
} as const;

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

function clock(atMs: number): string {
  return formatClock(atMs, false);
}

function clockWithSeconds(atMs: number): string {
  return formatClock(atMs, true);
}

function highestOf(rows: readonly TelemetryRow[]): number {
  let highest = 0;
  for (const { rssBytes, ffmpegBytes, budgetBytes, ceilingBytes, unboundedBytes } of rows) {
    const shown = Math.max(rssBytes ?? 0, ffmpegBytes ?? 0, budgetBytes ?? 0, unboundedBytes ?? 0);
    highest = Math.max(highest, shown);
    // A ceiling far above everything else would press it all together at the bottom.
    if (ceilingBytes !== null && ceilingBytes <= 2 * shown) highest = Math.max(highest, ceilingBytes);
  }
  return highest;
}
