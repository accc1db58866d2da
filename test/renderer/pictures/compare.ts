import type { Picture } from './png.js';
import { colorAt, type KeptPicture } from './reduced.js';

/** Of a channel, in 255: what two runs of one browser differ by at most is 3 of a single pixel, before nine become one. */
const ownTolerance = 3;
/** So much more than it was moved to another color a pixel may be off. */
const nearTolerance = 4;

/**
 * So many pixels of one single row may differ by any amount: where the dots of a dotted underline stand depends in Chromium on
 * what was drawn anew before. A text is three rows high at least, and a line that moves is longer.
 */
const dottedPixels = 12;

/** @returns how many pixels differ, and where: in red on a paler picture of what is there now; null when none does */
export function difference(
  expected: KeptPicture,
  actual: Picture,
): { pixels: number; shown: Picture } | null {
  const { width, height } = actual;
  if (expected.width !== width || expected.height !== height)
    return { pixels: Math.max(expected.width * expected.height, width * height), shown: actual };
  const different: number[] = [];
  const rows = new Set<number>();
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const off = distance(expected.rgb, actual.rgb, pixel);
    if (off <= ownTolerance) continue;
    if (off <= expected.near + nearTolerance && !expected.own.has(colorAt(expected.rgb, pixel))) continue;
    different.push(pixel);
    rows.add(Math.floor(pixel / width));
  }
  const pixels = different.length;
  const isDotted = rows.size === 1 && pixels <= dottedPixels;
  if (pixels === 0 || isDotted) return null;
  const shown = Uint8Array.from(actual.rgb, (value) => 128 + (value >> 2));
  for (const pixel of different) shown.set([255, 0, 0], pixel * 3);
  return { pixels, shown: { width, height, rgb: shown } };
}

function distance(one: Uint8Array, other: Uint8Array, pixel: number): number {
  let most = 0;
  for (let at = pixel * 3; at < pixel * 3 + 3; at += 1)
    most = Math.max(most, Math.abs((one[at] ?? 0) - (other[at] ?? 0)));
  return most;
}
