import { area, curveLinear, curveStepAfter, line } from 'd3-shape';
import type { Plot } from './plot.js';

/** A number of a row; null where nothing was measured. */
export type Reading<Row> = (row: Row) => number | null;

/** Tenths of a pixel: what is finer is not seen, and makes a path longer. */
const digits = 1;

/**
 * One series as an SVG path. It is interrupted where nothing was measured, and begins where the plot does.
 *
 * @param atMs the moment of a row; asked only of rows that have a value
 * @param isStep a value holds until the next one, instead of leading to it
 */
export function linePath<Row>(
  rows: Iterable<Row>,
  atMs: (row: Row) => number,
  value: Reading<Row>,
  plot: Plot,
  isStep = false,
): string {
  const path = line<Row>()
    .digits(digits)
    .curve(isStep ? curveStepAfter : curveLinear)
    .defined((row) => value(row) !== null && atMs(row) >= plot.fromMs)
    .x((row) => plot.x(atMs(row)))
    .y((row) => plot.y(value(row) ?? 0));
  return path(rows) ?? '';
}

/**
 * The last of some parts as an area that stands on the others, as an SVG path. It is interrupted where one of them
 * was not measured.
 *
 * @param atMs the moment of a row; asked only of rows that have values
 * @param parts from the lowest to the one that is drawn
 */
export function stackedPath<Row>(
  rows: Iterable<Row>,
  atMs: (row: Row) => number,
  parts: readonly Reading<Row>[],
  plot: Plot,
): string {
  const { length } = parts;
  const path = area<Row>()
    .digits(digits)
    .defined((row) => sumOf(parts, length, row) !== null && atMs(row) >= plot.fromMs)
    .x((row) => plot.x(atMs(row)))
    .y0((row) => plot.y(sumOf(parts, length - 1, row) ?? 0))
    .y1((row) => plot.y(sumOf(parts, length, row) ?? 0));
  return path(rows) ?? '';
}

/** The sum of the first `count` parts; null where one of them was not measured. */
function sumOf<Row>(parts: readonly Reading<Row>[], count: number, row: Row): number | null {
  let sum = 0;
  for (let index = 0; index < count; index += 1) {
    const part = parts[index]?.(row) ?? null;
    if (part === null) return null;
    sum += part;
  }
  return sum;
}
