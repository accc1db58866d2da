import { scaleTime, scaleUtc } from 'd3-scale';

/** A stretch of time, in ms of a wall clock or of a take. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A stretch of time with round moments in it. */
export interface TimeAxis extends TimeSpan {
  readonly ticks: readonly number[];
  /** Ticks are less than a minute apart. */
  readonly hasSeconds: boolean;
}

/** `06:46:30` with some space around it. */
const pixelsPerTick = 84;
const [secondMs, minuteMs] = [1_000, 60_000];

/**
 * The axis of a chart over time.
 *
 * @param widthPx of the plot: no more ticks than their texts have room for
 * @param clock `wall`: round on the clock of where the reader is, in ms since 1970; `elapsed`: round from 0 on
 */
export function timeAxis({ fromMs, toMs }: TimeSpan, widthPx: number, clock: 'wall' | 'elapsed'): TimeAxis {
  const scale = (clock === 'wall' ? scaleTime() : scaleUtc()).domain([fromMs, toMs]);
  const ticksAbout = (count: number): number[] =>
    scale
      .ticks(count)
      .map(Number)
      .filter((tick) => tick % secondMs === 0);
  const maxTicks = Math.max(2, Math.floor(widthPx / pixelsPerTick));
  // What d3 is asked for is a wish: fewer are wished for until they have room.
  let ticks = ticksAbout(maxTicks);
  for (let wish = 0.8 * maxTicks; ticks.length > maxTicks; wish *= 0.8) ticks = ticksAbout(wish);
  return { fromMs, toMs, ticks, hasSeconds: ticks.some((tick) => tick % minuteMs !== 0) };
}
