import type { SeriesName, TelemetryRow } from '../derive/telemetry-series.js';

/** Where a series is drawn, in pixels, and which time and values that place stands for. */
export interface SeriesFrame {
  readonly fromMs: number;
  readonly toMs: number;
  /** The value at the upper edge; 0 is at the lower one. */
  readonly ceiling: number;
  readonly width: number;
  readonly height: number;
  /** Pixels kept free above and below. */
  readonly inset: number;
}

interface Scales {
  readonly x: (atMs: number) => string;
  readonly y: (value: number) => string;
}

function scalesOf({ fromMs, toMs, ceiling, width, height, inset }: SeriesFrame): Scales {
  const [perMs, perUnit] = [width / (toMs - fromMs), (height - 2 * inset) / ceiling];
  return {
    x: (atMs) => Math.min(width, (atMs - fromMs) * perMs).toFixed(1),
    y: (value) => (height - inset - value * perUnit).toFixed(1),
  };
}

/**
 * One series as an SVG path, with a gap where nothing was measured. A chart library's line costs ten times as
 * much, every other second, for hours.
 *
 * @param isStep a value holds until the next one, instead of leading to it
 */
export function linePath(
  rows: readonly TelemetryRow[],
  dataKey: SeriesName,
  frame: SeriesFrame,
  isStep = false,
): string {
  const { x, y } = scalesOf(frame);
  let path = '';
  let isDrawing = false;
  for (const row of rows) {
    const value = row[dataKey];
    if (value === null || row.atMs < frame.fromMs) {
      isDrawing = false;
      continue;
    }
    if (!isDrawing) path += `M${x(row.atMs)} ${y(value)}`;
    else path += isStep ? `H${x(row.atMs)}V${y(value)}` : `L${x(row.atMs)} ${y(value)}`;
    isDrawing = true;
  }
  return path;
}

/**
 * The area between the sum of some series and that sum with one more on top of it, as an SVG path.
 *
 * @param below those that it stands on
 */
export function stackedPath(
  rows: readonly TelemetryRow[],
  below: readonly SeriesName[],
  dataKey: SeriesName,
  frame: SeriesFrame,
): string {
  const { x, y } = scalesOf(frame);
  let path = '';
  let upper = '';
  let lower = '';
  const close = (): void => {
    if (upper !== '') path += `M${upper.slice(1)}${lower}Z`;
    upper = lower = '';
  };
  for (const row of rows) {
    const value = row[dataKey];
    if (value === null || row.atMs < frame.fromMs) {
      close();
      continue;
    }
    const ground = below.reduce((sum, name) => sum + (row[name] ?? 0), 0);
    upper += `L${x(row.atMs)} ${y(ground + value)}`;
    // The lower edge leads back.
    lower = `L${x(row.atMs)} ${y(ground)}${lower}`;
  }
  close();
  return path;
}
