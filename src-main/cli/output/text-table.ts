import { columnsOf } from './printable.js';

export interface Column {
  readonly title: string;
  /** Numbers stand at the right, so that their digits line up. */
  readonly align: 'left' | 'right';
}

/** A table of plain text, as lines without trailing spaces. */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  indent = '  ',
): string[] {
  const widths = columns.map((column, index) =>
    Math.max(columnsOf(column.title), ...rows.map((row) => columnsOf(row[index] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    (
      indent +
      columns
        .map(({ align }, index) => {
          const cell = cells[index] ?? '';
          const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - columnsOf(cell)));
          return align === 'right' ? padding + cell : cell + padding;
        })
        .join('  ')
    ).trimEnd();
  const head = columns.every(({ title }) => title === '') ? [] : [line(columns.map(({ title }) => title))];
  return [...head, ...rows.map(line)];
}
