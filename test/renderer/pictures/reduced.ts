import type { Picture } from './png.js';

/**
 * What a picture is compared by: each pixel is the mean of 3 x 3, so that a text stays a texture of its own and a button
 * that moves by 6 px moves by two pixels, in a ninth of the space.
 */
export const reducedBy = 3;

/** A PNG with a palette holds no more. */
const mostColors = 256;
/** Of them at most so many are kept as they are. */
const mostOwnColors = 160;
/** Colors that fill more than this share of a picture are kept as they are, as well as those of areas. */
const ownColorShare = 0.002;
/** Of a channel: so far another color may be from the one that stands for it. */
const nearColor = 12;

/** A picture in so few colors that it is small. */
export interface KeptPicture extends Picture {
  /** Colors of grounds, fields and lines, kept as they are; each other pixel has one that is near to its own. */
  readonly own: ReadonlySet<number>;
  /** How far the others may be from what they stand for. */
  readonly near: number;
}

export function reduced({ width, height, rgb }: Picture): Picture {
  const [columns, rows] = [Math.ceil(width / reducedBy), Math.ceil(height / reducedBy)];
  const few = new Uint8Array(columns * rows * 3);
  // Of one row of the result at a time: a picture has millions of them, and this is most of what it costs to compare it.
  const sums = new Uint32Array(columns * 3);
  for (let row = 0; row < rows; row += 1) {
    const firstY = row * reducedBy;
    const endY = Math.min(height, firstY + reducedBy);
    sums.fill(0);
    for (let y = firstY; y < endY; y += 1) {
      let from = y * width * 3;
      for (let column = 0, to = 0; column < columns; column += 1, to += 3) {
        let [red, green, blue] = [0, 0, 0];
        const end = from + Math.min(reducedBy, width - column * reducedBy) * 3;
        for (; from < end; from += 3) {
          red += rgb[from] ?? 0;
          green += rgb[from + 1] ?? 0;
          blue += rgb[from + 2] ?? 0;
        }
        sums[to] = (sums[to] ?? 0) + red;
        sums[to + 1] = (sums[to + 1] ?? 0) + green;
        sums[to + 2] = (sums[to + 2] ?? 0) + blue;
      }
    }
    for (let column = 0, to = 0; column < columns; column += 1) {
      const count = Math.min(reducedBy, width - column * reducedBy) * (endY - firstY);
      for (const end = to + 3; to < end; to += 1)
        few[row * columns * 3 + to] = Math.round((sums[to] ?? 0) / count);
    }
  }
  return { width: columns, height: rows, rgb: few };
}

/** The same in few colors. */
export function inFewColors(picture: Picture, near = nearColor): KeptPicture {
  const { width, height, rgb } = picture;
  const counts = new Map<number, number>();
  const ofAreas = new Set<number>();
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const color = colorAt(rgb, pixel);
    counts.set(color, (counts.get(color) ?? 0) + 1);
    if (isInArea(picture, pixel, color)) ofAreas.add(color);
  }
  const byCount = [...counts].sort((one, other) => other[1] - one[1] || one[0] - other[0]);
  const isOwn = ([color, count]: [number, number]): boolean =>
    ofAreas.has(color) || count / (width * height) >= ownColorShare;
  const own = new Set(
    byCount
      .filter(isOwn)
      .slice(0, mostOwnColors)
      .map(([color]) => color),
  );
  const others: number[] = [];
  const shown = new Map<number, number>();
  for (const [color] of byCount) {
    if (own.has(color)) continue;
    const [nearest, distance] = nearestOf(others, color);
    if (distance > near) others.push(color);
    shown.set(color, distance > near ? color : nearest);
  }
  if (own.size + others.length > mostColors) return inFewColors(picture, near + 2);
  const few = new Uint8Array(rgb.length);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const color = colorAt(rgb, pixel);
    const kept = shown.get(color) ?? color;
    few.set([kept >> 16, (kept >> 8) & 0xff, kept & 0xff], pixel * 3);
  }
  return { width, height, rgb: few, own, near };
}

/** Whether all around a pixel has its color. */
function isInArea({ width, height, rgb }: Picture, pixel: number, color: number): boolean {
  const [x, y] = [pixel % width, Math.floor(pixel / width)];
  if (x === 0 || y === 0 || x === width - 1 || y === height - 1) return false;
  for (let row = -1; row <= 1; row += 1)
    for (let column = -1; column <= 1; column += 1)
      if (colorAt(rgb, pixel + row * width + column) !== color) return false;
  return true;
}

export function colorAt(rgb: Uint8Array, pixel: number): number {
  return ((rgb[pixel * 3] ?? 0) << 16) | ((rgb[pixel * 3 + 1] ?? 0) << 8) | (rgb[pixel * 3 + 2] ?? 0);
}

function nearestOf(kept: readonly number[], color: number): [color: number, distance: number] {
  let [nearest, least] = [0, Number.POSITIVE_INFINITY];
  for (const other of kept) {
    const distance = Math.max(
      Math.abs((other >> 16) - (color >> 16)),
      Math.abs(((other >> 8) & 0xff) - ((color >> 8) & 0xff)),
      Math.abs((other & 0xff) - (color & 0xff)),
    );
    if (distance < least) [nearest, least] = [other, distance];
  }
  return [nearest, least];
}
