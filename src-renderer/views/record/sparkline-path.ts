import type { SeriesName, TelemetryRow } from '../../stores/telemetry-series.js';

interface SparklineFrame {
  readonly fromMs: number;
  readonly toMs: number;
  readonly ceiling: number;
  readonly width: number;
  readonly height: number;
}

/**
 * One series as an SVG path, with a gap where nothing was measured. A whole chart for a line without axes
 * costs ten times as much, once a second, for hours.
 */
export function sparklinePath(
  rows: readonly TelemetryRow[],
  dataKey: SeriesName,
  { fromMs, toMs, ceiling, width, height }: SparklineFrame,
): string {
  const [perMs, perUnit] = [width / (toMs - fromMs), (height - 2) / ceiling];
  let path = '';
  let isDrawing = false;
  for (const row of rows) {
    const value = row[dataKey];
    if (value === null || row.atMs < fromMs) {
      isDrawing = false;
      continue;
    }
    const x = Math.min(width, (row.atMs - fromMs) * perMs).toFixed(1);
    path += `${isDrawing ? 'L' : 'M'}${x} ${(height - 1 - value * perUnit).toFixed(1)}`;
    isDrawing = true;
  }
  return path;
}
