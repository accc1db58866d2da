import { scaleLinear } from 'd3-scale';
import type { TimeSpan } from './time-axis.js';
import type { ValueAxis } from './value-axis.js';

/** Where a chart's lines stand, in pixels of the drawing around it. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A plot area with what its edges stand for: from moments and values to pixels. */
export interface Plot extends TimeSpan {
  /** Moments outside of the time shown stand at its edge. */
  readonly x: (atMs: number) => number;
  /** Values beyond the axis stand outside of the plot. */
  readonly y: (value: number) => number;
}

/** Puts a time and an axis of values into an area. */
export function plotOf(area: PlotArea, { fromMs, toMs }: TimeSpan, { low, high }: ValueAxis): Plot {
  return {
    fromMs,
    toMs,
    x: scaleLinear([fromMs, toMs], [area.left, area.right]).clamp(true),
    y: scaleLinear([low, high], [area.bottom, area.top]),
  };
}
