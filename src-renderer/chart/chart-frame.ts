import { rangeSpanMs, type ChartRange, type TelemetryRow } from '../derive/telemetry-series.js';

/** What every chart over the same time shares, so that they line up. */
export interface TimeFrame {
  readonly fromMs: number;
  readonly toMs: number;
  readonly ticks: readonly number[];
  /** Ticks are less than a minute apart. */
  readonly hasSeconds: boolean;
}

const minuteMs = 60_000;
const steps = [0.25, 0.5, 1, 5, 10, 15, 30, 60, 120, 240].map((minutes) => minutes * minuteMs);
/** A session that has just begun fills the chart, and not its last pixels. */
const shortestMs = minuteMs;

/** The time that is shown, with round clock times as its ticks. */
export function timeFrameOf(
  range: ChartRange,
  rows: readonly TelemetryRow[],
  endMs: number,
  maxTicks: number,
): TimeFrame {
  const spanMs = rangeSpanMs[range];
  const firstMs = rows[0]?.atMs ?? endMs;
  const earliestMs = Math.min(firstMs, endMs - shortestMs);
  const fromMs = spanMs === null ? earliestMs : Math.max(earliestMs, endMs - spanMs);
  const stepMs = steps.find((step) => (endMs - fromMs) / step <= maxTicks) ?? 480 * minuteMs;
  const ticks: number[] = [];
  for (let tick = Math.ceil(fromMs / stepMs) * stepMs; tick <= endMs; tick += stepMs) ticks.push(tick);
  return { fromMs, toMs: endMs, ticks, hasSeconds: stepMs < minuteMs };
}

/** A round number above all values, so that the plot does not breathe with each of them. */
export function roundCeiling(highest: number, steps: number): number {
  if (highest <= 0) return steps;
  const raw = highest / steps;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const factor =
    [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * magnitude >= raw) ?? 10;
  return factor * magnitude * steps;
}
