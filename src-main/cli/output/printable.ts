import stringWidth from 'string-width';

/**
 * Takes out what could steer a terminal: names and identities come from whoever is in the room, and a name
 * may hold escape sequences.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '');
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** At most `columns` columns, with an ellipsis where something was cut; a wide character is cut as a whole. */
export function cutToColumns(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const ellipsis = columns > 1 ? '…' : '';
  let room = columns - columnsOf(ellipsis);
  let cut = '';
  for (const { segment } of graphemes.segment(text)) {
    room -= columnsOf(segment);
    if (room < 0) break;
    cut += segment;
  }
  return cut + ellipsis;
}

/** Columns that a text takes on a terminal: two for a wide character (CJK, emoji), none for a combining mark. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/** Fills a text up with spaces to `columns` columns. @param align where the text stands */
export function padToColumns(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const padding = ' '.repeat(Math.max(0, columns - columnsOf(text)));
  return align === 'right' ? padding + text : text + padding;
}
