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
  const behind = behindPoint(x, text, apartPixels);
  return behind.right > widthPx ? beforePoint(x, text, apartPixels) : behind;
}

function behindPoint(x: number, text: string, apartPixels: number): BesidePoint {
  const left = x + apartPixels;
  return { x: left, anchor: 'start', left, right: left + text.length * characterPixels };
}

/** The same in any case before it. */
export function beforePoint(x: number, text: string, apartPixels: number): BesidePoint {
  const right = x - apartPixels;
  return { x: right, anchor: 'end', left: right - text.length * characterPixels, right };
}
