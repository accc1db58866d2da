import { usePlotArea } from 'recharts';
import type { TelemetryRow } from '../../../derive/telemetry-series.js';
import type { VerdictKind } from '../../../derive/verdict.js';
import type { TimeFrame } from '../../../chart/chart-frame.js';
import { linePath, stackedPath, type SeriesFrame } from '../../../chart/series-path.js';

interface MemorySeriesProps {
  readonly rows: readonly TelemetryRow[];
  readonly frame: TimeFrame;
  /** The value at the upper edge of the plot. */
  readonly ceiling: number;
  readonly verdict: VerdictKind;
}

/** What stands beside the process's own line: its parts, stacked, and the other processes and limits. */
export function MemorySeries({ rows, frame, ceiling, verdict }: MemorySeriesProps): React.JSX.Element | null {
  const plot = usePlotArea();
  if (plot === undefined || plot.width <= 0 || plot.height <= 0) return null;
  const { x, y, width, height } = plot;
  const { fromMs, toMs } = frame;
  const place: SeriesFrame = { fromMs, toMs, ceiling, width, height, inset: 0 };
  const budget = verdict === 'overBudget' ? 'plotted--budget is-exceeded' : 'plotted--budget';
  const limit = verdict === 'overCeiling' ? 'plotted--ceiling is-exceeded' : 'plotted--ceiling';
  return (
    // Clips a ceiling far above everything else.
    <svg x={x} y={y} width={width} height={height} className="plotted-series">
      <path className="plotted--heap" d={stackedPath(rows, [], 'heapBytes', place)} />
      <path className="plotted--external" d={stackedPath(rows, ['heapBytes'], 'externalBytes', place)} />
      <path
        className="plotted--native"
        d={stackedPath(rows, ['heapBytes', 'externalBytes'], 'nativeBytes', place)}
      />
      <path className="plotted--ffmpeg" d={linePath(rows, 'ffmpegBytes', place)} />
      <path className={budget} d={linePath(rows, 'budgetBytes', place, true)} />
      <path className={limit} d={linePath(rows, 'ceilingBytes', place, true)} />
      <path className="plotted--unbounded" d={linePath(rows, 'unboundedBytes', place)} />
    </svg>
  );
}
