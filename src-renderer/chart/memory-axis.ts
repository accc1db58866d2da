import { higher, memoryAxis, type ValueAxis } from '../../src-main/chart/value-axis.js';
import type { TelemetryRow } from '../../src-main/history/telemetry-series.js';
import type { MemoryLine } from '../derive/memory-lines.js';

/**
 * The axis of the memory chart, in bytes; null when nothing was measured.
 *
 * @param hidden lines that are not drawn: the others have all of its height
 */
export function memoryAxisOf(
  rows: readonly TelemetryRow[],
  hidden: readonly MemoryLine[] = [],
): ValueAxis | null {
  const isShown = (line: MemoryLine): boolean => !hidden.includes(line);
  // The parts of the process lie below its line, and are the highest without it.
  const lines = isShown('rss') ? beside : [...beside, ...parts];
  const drawn = lines.filter(({ line }) => isShown(line));
  const highestOf = (row: TelemetryRow): number | null =>
    drawn.map(({ read }) => read(row)).reduce(higher, null);
  return memoryAxis(rows, highestOf, (row) => (isShown('ceiling') ? row.ceilingBytes : null));
}

interface DrawnLine {
  readonly line: MemoryLine;
  readonly read: (row: TelemetryRow) => number | null;
}

const beside: readonly DrawnLine[] = [
  { line: 'rss', read: ({ rssBytes }) => rssBytes },
  { line: 'ffmpeg', read: ({ ffmpegBytes }) => ffmpegBytes },
  { line: 'budget', read: ({ budgetBytes }) => budgetBytes },
  { line: 'unbounded', read: ({ unboundedBytes }) => unboundedBytes },
];
/** Stacked. */
const parts: readonly DrawnLine[] = [
  { line: 'heap', read: ({ heapBytes }) => heapBytes },
  { line: 'external', read: ({ externalBytes, heapBytes }) => sum(heapBytes, externalBytes) },
  {
    line: 'native',
    read: ({ externalBytes, heapBytes, nativeBytes }) => sum(heapBytes, externalBytes, nativeBytes),
  },
];

function sum(...values: readonly (number | null)[]): number | null {
  return values.reduce((total, value) => (value === null ? total : (total ?? 0) + value), null);
}
