import { higher, memoryAxis, type ValueAxis } from '../../src-main/chart/value-axis.js';
import type { TelemetryRow } from '../../src-main/history/telemetry-series.js';

/** The axis of the memory chart, in bytes; null when nothing was measured. */
export function memoryAxisOf(rows: readonly TelemetryRow[]): ValueAxis | null {
  return memoryAxis(rows, highestOf, ({ ceilingBytes }) => ceilingBytes);
}

/** The highest that the chart draws of a row, its ceiling apart. */
function highestOf({ rssBytes, ffmpegBytes, budgetBytes, unboundedBytes }: TelemetryRow): number | null {
  return [ffmpegBytes, budgetBytes, unboundedBytes].reduce(higher, rssBytes);
}
