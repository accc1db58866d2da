import { formatBytes } from '../../format/bytes.js';
import type { Recorder } from '../../recorder/recorder.js';
import { textTable } from './text-table.js';

/** A take's budget, line by line. */
export type BudgetTable = NonNullable<Recorder['budget']>;

/** The take's worst case, buffer by buffer, and the sum. */
export function budgetTable(budget: BudgetTable): string[] {
  const rows = budget.lines.map(({ buffer, bytes }) => [buffer, formatBytes(bytes)]);
  return [
    'Memory budget, every buffer at its cap:',
    ...textTable(
      [
        { title: '', align: 'left' },
        { title: '', align: 'right' },
      ],
      [
        ...rows,
        ['sum', formatBytes(budget.totalBytes)],
        ['encoders (ffmpeg), beside it', formatBytes(budget.encoderBytes)],
      ],
    ),
  ];
}
