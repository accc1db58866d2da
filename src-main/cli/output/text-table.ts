import { columnsOf, padToColumns } from './printable.js';

/** A column of a table; one whose titles are all empty has no head. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right, so that their digits line up. */
  readonly align: 'left' | 'right';
}

/**
 * A table of plain text, as lines without trailing spaces. Widths are columns of the terminal, so that names in
 * wide scripts line up as well.
 *
 * @param rows cells without line breaks and escape sequences; a missing cell is empty
 */
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
        .map(({ align }, index) => padToColumns(cells[index] ?? '', widths[index] ?? 0, align))
        .join('  ')
    ).trimEnd();
  const head = columns.every(({ title }) => title === '') ? [] : [line(columns.map(({ title }) => title))];
  return [...head, ...rows.map(line)];
}
