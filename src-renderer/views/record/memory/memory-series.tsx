import { usePlotArea } from 'recharts';
import { linePath, stackedPath } from '../../../../src-main/chart/paths.js';
import { plotOf } from '../../../../src-main/chart/plot.js';
import type { TimeSpan } from '../../../../src-main/chart/time-axis.js';
import type { ValueAxis } from '../../../../src-main/chart/value-axis.js';
import type { SeriesName } from '../../../../src-main/contract/history.js';
import { momentOf, type TelemetryRow } from '../../../../src-main/history/telemetry-series.js';
import type { VerdictKind } from '../../../derive/verdict.js';

interface MemorySeriesProps {
  readonly rows: readonly TelemetryRow[];
  readonly time: TimeSpan;
  readonly axis: ValueAxis;
  readonly verdict: VerdictKind;
}

/** The process's own line, its parts stacked below it, and the other processes and limits. */
export function MemorySeries({ rows, time, axis, verdict }: MemorySeriesProps): React.JSX.Element | null {
  const place = usePlotArea();
  if (place === undefined || place.width <= 0 || place.height <= 0) return null;
  const { x, y, width, height } = place;
  const plot = plotOf({ left: 0, right: width, top: 0, bottom: height }, time, axis);
  const stacked = (...names: readonly SeriesName[]): string =>
    stackedPath(
      rows,
      momentOf,
      names.map((name) => (row) => row[name]),
      plot,
    );
  const lineOf = (name: SeriesName, isStep = false): string =>
    linePath(rows, momentOf, (row) => row[name], plot, isStep);
  const budget = verdict === 'overBudget' ? 'plotted--budget is-exceeded' : 'plotted--budget';
  const limit = verdict === 'overCeiling' ? 'plotted--ceiling is-exceeded' : 'plotted--ceiling';
  return (
    // Clips a ceiling far above everything else.
    <svg x={x} y={y} width={width} height={height} className="plotted-series">
      <path className="plotted--heap" d={stacked('heapBytes')} />
      <path className="plotted--external" d={stacked('heapBytes', 'externalBytes')} />
      <path className="plotted--native" d={stacked('heapBytes', 'externalBytes', 'nativeBytes')} />
      <path className="plotted--ffmpeg" d={lineOf('ffmpegBytes')} />
      <path className={budget} d={lineOf('budgetBytes', true)} />
      <path className={limit} d={lineOf('ceilingBytes', true)} />
      <path className="plotted--unbounded" d={lineOf('unboundedBytes')} />
      <path className="plotted--rss" d={lineOf('rssBytes')} />
    </svg>
  );
}
