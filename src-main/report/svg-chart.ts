import { formatDuration } from '../format/time.js';
import { markup, type SafeMarkup } from './safe-markup.js';

/** A value at a moment; null where nothing was measured, at which a line is interrupted. */
export interface ChartPoint {
  readonly takeMs: number;
  readonly value: number | null;
}

export interface ChartLine {
  readonly label: string;
  /** Names a stroke with a pattern of its own: lines are told apart without color. */
  readonly style: string;
  readonly points: readonly ChartPoint[];
  readonly isStep?: boolean;
  readonly hasDots?: boolean;
  readonly hasLine?: boolean;
}

/** An area between two values. */
export interface ChartBand {
  readonly label: string;
  readonly style: string;
  readonly points: readonly {
    readonly takeMs: number;
    readonly low: number | null;
    readonly high: number | null;
  }[];
}

export interface ChartMark {
  readonly takeMs: number;
  readonly label: string;
  readonly isFault: boolean;
}

export interface Chart {
  /** Unique on its page: title and description are referred to by it. */
  readonly id: string;
  readonly title: string;
  /** What can be seen, in a sentence, for whoever cannot see it. */
  readonly description: string;
  readonly unit: string;
  readonly toMs: number;
  readonly fromMs?: number;
  /** The scale begins at zero; where only a slope matters, at the lowest value. */
  readonly startsAtZero?: boolean;
  readonly heightPx?: number;
  readonly bands?: readonly ChartBand[];
  readonly lines: readonly ChartLine[];
  readonly marks?: readonly ChartMark[];
}

const widthPx = 960;
const margin = { left: 62, right: 14, top: 26, bottom: 28 } as const;
const gridLines = 5;

/** A chart as an SVG with title, description and a legend below it: no script, and the page's colors. */
export function svgChart(chart: Chart): SafeMarkup {
  const { id, title, description, heightPx = 260, bands = [], lines, marks = [] } = chart;
  const values = valuesOf(chart);
  if (values.length === 0) return markup`<p class="empty">${title}: nothing was measured.</p>`;
  const scale = scaleOf(chart, values, heightPx);
  const bottom = heightPx - margin.bottom;
  return markup`<figure class="chart"><svg viewBox="0 0 ${widthPx} ${heightPx}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>
<defs><pattern id="${id}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="hatch-ground"/><line x1="0" y1="0" x2="0" y2="6" class="hatch-line"/></pattern></defs>
${scale.yTicks.map(
  (tick) =>
    markup`<line class="grid" x1="${margin.left}" x2="${widthPx - margin.right}" y1="${px(scale.y(tick))}" y2="${px(scale.y(tick))}"/><text class="tick" x="${margin.left - 8}" y="${px(scale.y(tick) + 4)}" text-anchor="end">${tickText(tick, scale.yStep)}</text>`,
)}
<text class="unit" x="${margin.left - 8}" y="14" text-anchor="end">${chart.unit}</text>
${scale.xTicks.map(
  (tick) =>
    markup`<line class="axis" x1="${px(scale.x(tick))}" x2="${px(scale.x(tick))}" y1="${bottom}" y2="${bottom + 5}"/><text class="tick" x="${px(scale.x(tick))}" y="${bottom + 19}" text-anchor="${anchorOf(scale.x(tick))}">${formatDuration(tick)}</text>`,
)}
${bands.map((band) => markup`<path class="band ${band.style}"${band.style === 'external' ? markup` fill="url(#${id}-hatch)"` : null} d="${bandPath(band, scale)}"/>`)}
${marks.filter(({ takeMs }) => takeMs >= (chart.fromMs ?? 0) && takeMs <= chart.toMs).map((mark, index) => markSvg(mark, scale.x(mark.takeMs), bottom, index))}
${lines.map((line) => lineSvg(line, scale))}
<line class="axis" x1="${margin.left}" x2="${widthPx - margin.right}" y1="${bottom}" y2="${bottom}"/>
</svg><ul class="legend">${[...lines, ...bands].map(({ label, style }, index) => legendEntry(label, style, index < lines.length, lines[index]?.hasLine === false, id))}</ul></figure>`;
}

interface Scale {
  readonly x: (takeMs: number) => number;
  readonly y: (value: number) => number;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly yStep: number;
}

function valuesOf({ lines, bands = [] }: Chart): number[] {
  const values: number[] = [];
  for (const { points } of lines) for (const { value } of points) if (value !== null) values.push(value);
  for (const { points } of bands) for (const { high } of points) if (high !== null) values.push(high);
  return values;
}

function scaleOf(chart: Chart, values: readonly number[], heightPx: number): Scale {
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const low = chart.startsAtZero === false ? values.reduce((a, b) => Math.min(a, b), Infinity) : 0;
  const yStep = niceStep(Math.max((high - low) * 1.06, Math.abs(high) * 0.02, 1) / gridLines);
  const bottomValue = Math.floor(low / yStep) * yStep;
  const topValue = Math.max(bottomValue + yStep, Math.ceil((high * 1.0001) / yStep) * yStep);
  const plotPx = heightPx - margin.top - margin.bottom;
  const fromMs = chart.fromMs ?? 0;
  const spanMs = Math.max(1000, chart.toMs - fromMs);
  const xStep = timeStep(spanMs);
  return {
    x: (takeMs) => margin.left + ((takeMs - fromMs) / spanMs) * (widthPx - margin.left - margin.right),
    y: (value) => margin.top + plotPx * (1 - (value - bottomValue) / (topValue - bottomValue)),
    xTicks: stepsFrom(Math.ceil(fromMs / xStep) * xStep, fromMs + spanMs, xStep),
    yTicks: stepsFrom(bottomValue, topValue, yStep),
    yStep,
  };
}

function stepsFrom(first: number, last: number, step: number): number[] {
  const count = Math.min(40, Math.floor((last - first) / step + 1e-6));
  return Array.from({ length: count + 1 }, (_, index) => first + index * step);
}

/** 1, 2 or 5 times a power of ten, not below `rough`. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
}

const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

function timeStep(spanMs: number): number {
  const seconds = timeSteps.find((step) => spanMs / 1000 / step <= 10) ?? spanMs / 10_000;
  return seconds * 1000;
}

function tickText(value: number, step: number): string {
  return value.toFixed(step < 1 ? Math.ceil(-Math.log10(step)) : 0);
}

function anchorOf(x: number): string {
  return x > widthPx - margin.right - 24 ? 'end' : 'middle';
}

function px(value: number): string {
  return value.toFixed(1);
}

function lineSvg(
  { points, style, isStep = false, hasDots = false, hasLine = true }: ChartLine,
  scale: Scale,
): SafeMarkup {
  let path = '';
  let isOpen = false;
  for (const { takeMs, value } of points) {
    if (value === null) {
      isOpen = false;
      continue;
    }
    const [x, y] = [px(scale.x(takeMs)), px(scale.y(value))];
    path += isOpen ? (isStep ? `H${x}V${y}` : `L${x} ${y}`) : `M${x} ${y}`;
    isOpen = true;
  }
  const dots = points.flatMap(({ takeMs, value }) =>
    value === null
      ? []
      : [
          markup`<circle class="dot ${style}" cx="${px(scale.x(takeMs))}" cy="${px(scale.y(value))}" r="3.5"/>`,
        ],
  );
  return markup`${hasLine ? markup`<path class="line ${style}" d="${path}"/>` : null}${hasDots ? dots : null}`;
}

function bandPath({ points }: ChartBand, scale: Scale): string {
  let path = '';
  let run: { takeMs: number; low: number; high: number }[] = [];
  const close = (): void => {
    if (run.length === 0) return;
    const upper = run.map(({ takeMs, high }) => `${px(scale.x(takeMs))} ${px(scale.y(high))}`);
    const lower = run.map(({ takeMs, low }) => `${px(scale.x(takeMs))} ${px(scale.y(low))}`).reverse();
    path += `M${[...upper, ...lower].join('L')}Z`;
    run = [];
  };
  for (const { takeMs, low, high } of points) {
    if (low === null || high === null) close();
    else run.push({ takeMs, low, high });
  }
  close();
  return path;
}

/** Numbers stand in two heights, so that neighbours do not cover each other. */
function markSvg({ label, isFault }: ChartMark, x: number, bottom: number, index: number): SafeMarkup {
  const y = index % 2 === 0 ? 12 : 22;
  return markup`<line class="mark${isFault ? ' mark-fault' : ''}" x1="${px(x)}" x2="${px(x)}" y1="${y + 2}" y2="${bottom}"/><text class="mark-label" x="${px(x)}" y="${y}" text-anchor="middle">${isFault ? '▼' : ''}${label}</text>`;
}

function legendEntry(label: string, style: string, isLine: boolean, isDots: boolean, id: string): SafeMarkup {
  const area = markup`<rect class="band ${style}" x="1" y="1" width="32" height="10"${style === 'external' ? markup` fill="url(#${id}-hatch)"` : null}/>`;
  const stroke = isDots
    ? markup`<circle class="dot ${style}" cx="17" cy="6" r="3.5"/>`
    : markup`<path class="line ${style}" d="M1 6H33"/>`;
  return markup`<li><svg viewBox="0 0 34 12" width="34" height="12" aria-hidden="true">${isLine ? stroke : area}</svg>${label}</li>`;
}
