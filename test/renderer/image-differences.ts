/** Cells of an image, each with its mean brightness: what is missing, or stands elsewhere, changes some of them. */
export const columns = 40;
export const rows = 25;
/** Of 255. The same Chromium draws the same; other releases draw text a little lighter or darker. */
const mostPerCell = 8;
const mostOnAverage = 1;

/** Where two images differ by more than a release of the browser does. @param known both row by row */
export function differencesOf(known: readonly number[], seen: readonly number[]): string[] {
  const changes = seen.map((brightness, at) => brightness - (known[at] ?? 0));
  const average = changes.reduce((sum, change) => sum + Math.abs(change), 0) / Math.max(1, changes.length);
  const found = changes.flatMap((change, at) => {
    if (Math.abs(change) <= mostPerCell) return [];
    const [column, row] = [at % columns, Math.floor(at / columns)];
    const share = (part: number, of: number): string => `${Math.round((100 * part) / of)} %`;
    return [
      `at ${share(column, columns)} from the left and ${share(row, rows)} from the top: ${Math.abs(change)} ${change > 0 ? 'brighter' : 'darker'}`,
    ];
  });
  return average > mostOnAverage ? [`on average by ${average.toFixed(1)}`, ...found] : found;
}
