import { type Insertable, markup, type SafeMarkup } from './safe-markup.js';

/** A column of a table. */
export interface TableColumn {
  readonly title: string;
  /** Stands at the right, in digits of one width. */
  readonly isNumber?: boolean;
}

/** A column of words. */
export function text(title: string): TableColumn {
  return { title };
}

/** A column of numbers. */
export function number(title: string): TableColumn {
  return { title, isNumber: true };
}

/**
 * A table with a caption, which scrolls by itself where the page is too narrow. A row's first cell is its heading.
 *
 * @param rows with a cell for each column
 */
export function table(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Insertable[])[],
): SafeMarkup {
  const classOf = (index: number): SafeMarkup | null =>
    columns[index]?.isNumber === true ? markup` class="number"` : null;
  return markup`<div class="scrolls"><table><caption>${caption}</caption><thead><tr>${columns.map(
    ({ title }, index) => markup`<th scope="col"${classOf(index)}>${title}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (cells) => markup`<tr>${cells.map((cell, index) =>
      index === 0
        ? markup`<th scope="row"${classOf(0)}>${cell}</th>`
        : markup`<td${classOf(index)}>${cell}</td>`,
    )}</tr>
`,
  )}</tbody></table></div>`;
}
