import { scaleLinear } from 'd3-scale';

/** A scale of values: what its edges stand for, and the round values between them. */
export interface ValueAxis {
  /** The value at the lower edge of the plot. */
  readonly low: number;
  /** The value at the upper edge. */
  readonly high: number;
  /** From the lower edge to the upper one, both included; 1, 2 or 5 times a power of ten apart. */
  readonly ticks: readonly number[];
}

/** How an axis is cut. */
export interface AxisShape {
  /** About so many: d3 takes the round step that comes closest. */
  readonly steps: number;
  /** Free above the highest value, as a share of what is drawn: a line along the upper edge looks cut off. */
  readonly headroom: number;
}

/** For a plot of some 250 pixels, as that of memory is. */
export const tallAxis: AxisShape = { steps: 5, headroom: 0.08 };
/** For a plot of some 100 pixels. */
export const lowAxis: AxisShape = { steps: 3, headroom: 0.08 };

/** Of the highest value: a scale that is finer shows the noise of its readings and nothing else. */
const leastSpanShare = 0.01;

/**
 * The axis of a chart, with round numbers at its edges, so that the plot does not breathe with each value.
 *
 * @param lowest 0, unless only the slope matters
 */
export function valueAxis(lowest: number, highest: number, { steps, headroom }: AxisShape): ValueAxis {
  const height = highest - lowest;
  const span = Math.max(height * (1 + headroom), Math.abs(highest) * leastSpanShare, 1);
  // What does not stand on zero stands in the middle.
  const from = lowest === 0 ? 0 : Math.max(0, lowest - (span - height) / 2);
  const scale = scaleLinear()
    .domain([from, from + span])
    .nice(steps);
  const [low = 0, high = 1] = scale.domain();
  return { low, high, ticks: scale.ticks(steps) };
}

/** A ceiling of more than so many times everything else stands outside of a chart. */
const farCeiling = 2;

/**
 * The axis of memory over time, in bytes: alike for the window, its image and the report.
 *
 * @param shownOf the highest that is drawn of a row
 * @param ceilingOf the memory ceiling: one far above everything else would press it all together at the bottom,
 *   and is left out
 * @returns null when nothing was measured
 */
export function memoryAxis<Row>(
  rows: Iterable<Row>,
  shownOf: (row: Row) => number | null,
  ceilingOf: (row: Row) => number | null,
): ValueAxis | null {
  let highest: number | null = null;
  for (const row of rows) {
    const shown = shownOf(row);
    const ceiling = ceilingOf(row);
    highest = higher(highest, shown);
    if (ceiling !== null && ceiling <= farCeiling * (shown ?? 0)) highest = higher(highest, ceiling);
  }
  return highest === null ? null : valueAxis(0, highest, tallAxis);
}

/** A scale that ends earlier makes a mountain of every millisecond. */
const leastTimingMs = 100;

/** The axis of frame gaps and loop lag, in ms: alike for the window and the report. */
export function timingAxis(highestMs: number): ValueAxis {
  return valueAxis(0, Math.max(leastTimingMs, highestMs), { ...lowAxis, headroom: 0 });
}

/** The higher of two readings; null of nothing. */
export function higher(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
