import { type Plot, type PlotArea, plotOf } from '../../chart/plot.js';
import { timeAxis, type TimeSpan } from '../../chart/time-axis.js';
import type { ValueAxis } from '../../chart/value-axis.js';
import { formatDuration } from '../../format/time.js';
import { markup, type SafeMarkup } from './safe-markup.js';

/** A value at a moment of a take. */
/** A value at a moment. */
export interface ChartPoint {
  readonly takeMs: number;
  readonly value: number;
}

/** A path of SVG, for the plot that it is drawn in. */
export type PathInto = (plot: Plot) => string;

/** A line, or the dots of single values. */
export interface ChartLine {
  readonly label: string;
  /** Names a stroke with a pattern of its own: lines are told apart without color. */
  readonly style: string;
  readonly shape: PathInto | readonly ChartPoint[];
  /** It may leave the plot at its top, where it is cut off. */
  readonly isClipped?: boolean;
}

/** A filled area. */
export interface ChartBand {
  readonly label: string;
  readonly style: string;
  readonly path: PathInto;
}

/** A moment with the number that it has in the list of events. */
export interface ChartMark {
  readonly takeMs: number;
  readonly label: string;
  readonly isFault: boolean;
}

/** A chart before it is drawn: what is in it, and on which axes it stands. */
export interface Chart {
  /** Unique on its page: title and description are referred to by it. */
  readonly id: string;
  readonly title: string;
  /** What can be seen, in a sentence, for whoever cannot see it. */
  readonly description: string;
  readonly unit: string;
  /** How many of the axis's values make one of `unit`. */
  readonly perUnit?: number;
  readonly time: TimeSpan;
  /** Null when nothing was measured. */
  readonly axis: ValueAxis | null;
  readonly heightPx?: number;
  readonly bands?: readonly ChartBand[];
  readonly lines: readonly ChartLine[];
  readonly marks?: readonly ChartMark[];
}

/** Units of the view box, which grows with the page; the margins hold the labels of the axes. */
const widthPx = 960;
const margin = { left: 62, right: 14, top: 26, bottom: 28 } as const;
/** A take that has just begun has a time axis as well. */
const leastSpanMs = 1000;

/** A chart as an SVG with title, description and a legend below it: no script, and the page's colors. */
export function svgChart(chart: Chart): SafeMarkup {
  const { id, title, description, heightPx = 260, axis, bands = [], lines, marks = [] } = chart;
  if (axis === null) return markup`<p class="empty">${title}: nothing was measured.</p>`;
  const { fromMs } = chart.time;
  const span = { fromMs, toMs: Math.max(chart.time.toMs, fromMs + leastSpanMs) };
  const [left, right] = [margin.left, widthPx - margin.right];
  const area: PlotArea = { left, right, top: margin.top, bottom: heightPx - margin.bottom };
  const plot = plotOf(area, span, axis);
  const { bottom } = area;
  const shown = marks.filter(({ takeMs }) => takeMs >= fromMs && takeMs <= span.toMs);
  return markup`<figure class="chart"><svg viewBox="0 0 ${widthPx} ${heightPx}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>
<defs><pattern id="${id}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="hatch-ground"/><line x1="0" y1="0" x2="0" y2="6" class="hatch-line"/></pattern>${lines.some(({ isClipped }) => isClipped) ? clip(id, area) : null}</defs>
${axis.ticks.map(
  (tick) =>
    markup`<line class="grid" x1="${left}" x2="${right}" y1="${px(plot.y(tick))}" y2="${px(plot.y(tick))}"/><text class="tick" x="${left - 8}" y="${px(plot.y(tick) + 4)}" text-anchor="end">${tickText(tick, axis, chart.perUnit ?? 1)}</text>`,
)}
<text class="unit" x="${left - 8}" y="14" text-anchor="end">${chart.unit}</text>
${timeAxis(span, right - left, 'elapsed').ticks.map(
  (tick) =>
    markup`<line class="axis" x1="${px(plot.x(tick))}" x2="${px(plot.x(tick))}" y1="${bottom}" y2="${bottom + 5}"/><text class="tick" x="${px(plot.x(tick))}" y="${bottom + 19}" text-anchor="${anchorOf(plot.x(tick))}">${formatDuration(tick)}</text>`,
)}
${bands.map(({ style, path }) => markup`<path class="band ${style}"${style === 'external' ? markup` fill="url(#${id}-hatch)"` : null} d="${path(plot)}"/>`)}
${shown.map((mark, index) => markSvg(mark, plot.x(mark.takeMs), bottom, index))}
${lines.map((line) => lineSvg(line, plot, id))}
<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>
</svg><ul class="legend">${[...lines, ...bands].map((entry) => legendEntry(entry, id))}</ul></figure>`;
}

function clip(id: string, { left, right, top, bottom }: PlotArea): SafeMarkup {
  return markup`<clipPath id="${id}-clip"><rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/></clipPath>`;
}

/** A tick in its unit, with as many digits as tell it from the next. */
function tickText(tick: number, { ticks: [first = 0, second = 1] }: ValueAxis, perUnit: number): string {
  const step = (second - first) / perUnit;
  return (tick / perUnit).toFixed(step < 1 ? Math.ceil(-Math.log10(step)) : 0);
}

function anchorOf(x: number): string {
  return x > widthPx - margin.right - 24 ? 'end' : 'middle';
}

function px(value: number): string {
  return value.toFixed(1);
}

function lineSvg({ shape, style, isClipped = false }: ChartLine, plot: Plot, id: string): SafeMarkup {
  if (typeof shape !== 'function') {
    return markup`${shape.map(
      ({ takeMs, value }) =>
        markup`<circle class="dot ${style}" cx="${px(plot.x(takeMs))}" cy="${px(plot.y(value))}" r="3.5"/>`,
    )}`;
  }
  return markup`<path class="line ${style}"${isClipped ? markup` clip-path="url(#${id}-clip)"` : null} d="${shape(plot)}"/>`;
}

/** Numbers stand in two heights, so that neighbours do not cover each other. */
function markSvg({ label, isFault }: ChartMark, x: number, bottom: number, index: number): SafeMarkup {
  const y = index % 2 === 0 ? 12 : 22;
  return markup`<line class="mark${isFault ? ' mark-fault' : ''}" x1="${px(x)}" x2="${px(x)}" y1="${y + 2}" y2="${bottom}"/><text class="mark-label" x="${px(x)}" y="${y}" text-anchor="middle">${isFault ? '▼' : ''}${label}</text>`;
}

function legendEntry(entry: ChartLine | ChartBand, id: string): SafeMarkup {
  return markup`<li><svg viewBox="0 0 34 12" width="34" height="12" aria-hidden="true">${legendSign(entry, id)}</svg>${entry.label}</li>`;
}

function legendSign(entry: ChartLine | ChartBand, id: string): SafeMarkup {
  const { style } = entry;
  if (!('shape' in entry))
    return markup`<rect class="band ${style}" x="1" y="1" width="32" height="10"${style === 'external' ? markup` fill="url(#${id}-hatch)"` : null}/>`;
  if (typeof entry.shape !== 'function') return markup`<circle class="dot ${style}" cx="17" cy="6" r="3.5"/>`;
  return markup`<path class="line ${style}" d="M1 6H33"/>`;
}
