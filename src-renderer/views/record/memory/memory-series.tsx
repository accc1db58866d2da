import { usePlotArea } from 'recharts';
import { linePath, stackedPath } from '../../../../src-main/chart/paths.js';
import { plotOf } from '../../../../src-main/chart/plot.js';
import type { TimeSpan } from '../../../../src-main/chart/time-axis.js';
import type { ValueAxis } from '../../../../src-main/chart/value-axis.js';
import type { SeriesName } from '../../../../src-main/contract/history.js';
import { momentOf, type TelemetryRow } from '../../../../src-main/history/telemetry-series.js';
import type { MemoryLine } from '../../../derive/memory-lines.js';
import type { VerdictKind } from '../../../derive/verdict.js';

interface MemorySeriesProps {
  readonly rows: readonly TelemetryRow[];
  readonly time: TimeSpan;
  readonly axis: ValueAxis;
  readonly verdict: VerdictKind;
  readonly hidden: readonly MemoryLine[];
}

/** The process's own line, its parts stacked below it, and the other processes and limits. */
export function MemorySeries(props: MemorySeriesProps): React.JSX.Element | null {
  const { axis, hidden, rows, time, verdict } = props;
  const place = usePlotArea();
  if (place === undefined || place.width <= 0 || place.height <= 0) return null;
  const { x, y, width, height } = place;
  const plot = plotOf({ left: 0, right: width, top: 0, bottom: height }, time, axis);
  // A line that is switched off keeps its element: nothing of it is drawn.
  const stacked = (line: MemoryLine, ...names: readonly SeriesName[]): string =>
    hidden.includes(line)
      ? ''
      : stackedPath(
          rows,
          momentOf,
          names.map((name) => (row) => row[name]),
          plot,
        );
  const lineOf = (line: MemoryLine, name: SeriesName, isStep = false): string =>
    hidden.includes(line) ? '' : linePath(rows, momentOf, (row) => row[name], plot, isStep);
  const budget = verdict === 'overBudget' ? 'plotted--budget is-exceeded' : 'plotted--budget';
  const limit = verdict === 'overCeiling' ? 'plotted--ceiling is-exceeded' : 'plotted--ceiling';
  return (
    // Clips a ceiling far above everything else.
    <svg x={x} y={y} width={width} height={height} className="plotted-series">
      <path className="plotted--heap" d={stacked('heap', 'heapBytes')} />
      <path className="plotted--external" d={stacked('external', 'heapBytes', 'externalBytes')} />
      <path className="plotted--native" d={stacked('native', 'heapBytes', 'externalBytes', 'nativeBytes')} />
      <path className="plotted--ffmpeg" d={lineOf('ffmpeg', 'ffmpegBytes')} />
      <path className={budget} d={lineOf('budget', 'budgetBytes', true)} />
      <path className={limit} d={lineOf('ceiling', 'ceilingBytes', true)} />
      <path className="plotted--unbounded" d={lineOf('unbounded', 'unboundedBytes')} />
      <path className="plotted--rss" d={lineOf('rss', 'rssBytes')} />
    </svg>
  );
}
