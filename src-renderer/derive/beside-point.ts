/** Of the small text of a chart. */
const characterPixels = 6.6;

/** A text beside a point, in pixels of the plot. */
export interface BesidePoint {
  readonly x: number;
  readonly anchor: 'start' | 'end';
  /** What it covers. */
  readonly left: number;
  readonly right: number;
}

/**
 * Where the text of a point stands: behind it, and before it where the plot ends.
 *
 * @param x of the point, in pixels from the left edge of the plot
 * @param apartPixels between the two
 */
export function besidePoint(x: number, text: string, apartPixels: number, widthPx: number): BesidePoint {
  const width = text.length * characterPixels;
  return x + apartPixels + width > widthPx
    ? { x: x - apartPixels, anchor: 'end', left: x - apartPixels - width, right: x - apartPixels }
    : { x: x + apartPixels, anchor: 'start', left: x + apartPixels, right: x + apartPixels + width };
}
