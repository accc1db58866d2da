/**
 * Takes out what could steer a terminal: names and identities come from whoever is in the room, and a name
 * may hold escape sequences.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '');
}

/** At most `columns` characters, with an ellipsis where something was cut. */
export function cutToColumns(text: string, columns: number): string {
  const characters = Array.from(text);
  if (characters.length <= columns) return text;
  return columns <= 1
    ? characters.slice(0, columns).join('')
    : `${characters.slice(0, columns - 1).join('')}…`;
}

/** Columns that a text takes on a terminal, a code point each: wide scripts are not told apart. */
export function columnsOf(text: string): number {
  return Array.from(text).length;
}
