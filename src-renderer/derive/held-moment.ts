/** Between the line of a moment and what is said of it, in pixels. */
const apartPixels = 10;

/** What has a moment, a row of a series above all. */
interface Timed {
  readonly atMs: number;
}

/** The side of its line on which a text stands. */
export type Side = 'before' | 'behind';

/**
 * The row that is nearest to a moment; null when there is none.
 *
 * @param rows in order of time
 */
export function rowAt<Row extends Timed>(rows: readonly Row[], atMs: number): Row | null {
  let [low, high] = [0, rows.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.atMs ?? 0) <= atMs) low = middle;
    else high = middle;
  }
  const [one, other] = [rows[low], rows[high]];
  if (one === undefined || other === undefined) return null;
  return Math.abs(one.atMs - atMs) <= Math.abs(other.atMs - atMs) ? one : other;
}

/**
 * What a key does to the moment that is looked at: arrows go to the row beside it, Home and End to the first and the
 * last one.
 *
 * @param rows of the time shown, in its order
 * @returns null when the key does nothing
 */
export function momentByKey(key: string, atMs: number, rows: readonly Timed[]): number | null {
  const row = rowAt(rows, atMs);
  if (row === null) return null;
  const index = rows.indexOf(row);
  switch (key) {
    case 'ArrowLeft':
      return rows[Math.max(0, index - 1)]?.atMs ?? null;
    case 'ArrowRight':
      return rows[Math.min(rows.length - 1, index + 1)]?.atMs ?? null;
    case 'Home':
      return rows[0]?.atMs ?? null;
    case 'End':
      return rows[rows.length - 1]?.atMs ?? null;
    default:
      return null;
  }
}

/**
 * Where a text stands beside the line of its moment: it stays on its side for as long as it fits there, so that it does
 * not jump while the line travels.
 *
 * @param side where it stood before; behind the line when it is new
 * @param room where it may stand, in pixels; `box` of the text
 */
export function placeBeside(
  line: { readonly x: number; readonly y: number },
  side: Side,
  box: { readonly width: number; readonly height: number },
  room: { readonly width: number; readonly height: number },
): { readonly side: Side; readonly left: number; readonly top: number } {
  const before = line.x - apartPixels - box.width;
  const behind = line.x + apartPixels;
  const fits = { before: before >= 0, behind: behind + box.width <= room.width };
  const other = side === 'before' ? 'behind' : 'before';
  const chosen = fits[side] || !fits[other] ? side : other;
  return {
    side: chosen,
    left: Math.max(0, Math.min(chosen === 'before' ? before : behind, room.width - box.width)),
    top: Math.max(0, Math.min(line.y + apartPixels, room.height - box.height)),
  };
}
