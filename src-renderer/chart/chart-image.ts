import type { MarkKind } from '../derive/chart-marks.js';
import type { VerdictKind } from '../derive/verdict.js';
import type { Caption } from './caption.js';
import { markShapes, markWords } from './mark-shapes.js';
import { imageOf, plainSvgOf } from './plain-svg.js';

/** Pixels of the image per pixel of the page: sharp on any display, and when a ticket shows it larger. */
const patternScale = 2;

const padding = 20;
const verdictColors: Readonly<Record<VerdictKind, string>> = {
  none: '--soft',
  warmingUp: '--soft',
  flat: '--good',
  leaking: '--bad',
  undecided: '--soft',
  unreadable: '--warn',
  overBudget: '--bad',
  overCeiling: '--warn',
};

/** Lines of text, from the top: where they stand, and how large they are. */
const lines = {
  title: { y: 34, font: '650 18px' },
  figures: { y: 58, font: '400 14px' },
  explanation: { y: 78, font: '400 12px' },
  legend: { y: 106, font: '400 13px' },
} as const;
const legendLineHeight = 20;
const chartGap = 8;
const footerHeight = 42;

/** A canvas's context, and what it has to know of the page's theme. */
interface Brush {
  readonly context: CanvasRenderingContext2D;
  readonly fontFamily: string;
  readonly color: (token: string) => string;
}

/**
 * The legend and the chart in `place`, below a caption and on the theme's ground, as a PNG file.
 *
 * @throws Error when the window cannot draw it
 */
export async function drawImage(place: Element, chart: SVGSVGElement, caption: Caption): Promise<Blob> {
  const image = await imageOf(plainSvgOf(chart, patternScale));
  const { width: chartWidth, height: chartHeight } = chart.getBoundingClientRect();
  const canvas = document.createElement('canvas');
  const brush = brushFor(canvas);
  const { context, color } = brush;
  const width = chartWidth + 2 * padding;
  const isDrawn = (entry: Element): boolean => entry.querySelector('[aria-pressed="false"]') === null;
  const entries = [...place.querySelectorAll('.legend__entry')].filter(isDrawn);
  const legend = layOut(entries, brush, chartWidth);
  const legendLines = legend[legend.length - 1]?.line ?? 0;
  const chartTop = lines.legend.y + legendLines * legendLineHeight + chartGap;
  const height = chartTop + chartHeight + footerHeight;
  canvas.width = width * patternScale;
  canvas.height = height * patternScale;
  context.scale(patternScale, patternScale);
  context.fillStyle = color('--surface');
  context.fillRect(0, 0, width, height);
  drawCaption(brush, caption, width);
  for (const entry of legend) drawLegendEntry(brush, entry);
  context.drawImage(image, padding, chartTop, chartWidth, chartHeight);
  drawFooter(brush, chart, caption, { width, y: chartTop + chartHeight + 26 });
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('no PNG came out')) : resolve(blob)),
      'image/png',
    );
  });
}

function brushFor(canvas: HTMLCanvasElement): Brush {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this window has no canvas');
  const [root, body] = [getComputedStyle(document.documentElement), getComputedStyle(document.body)];
  return {
    context,
    fontFamily: body.fontFamily,
    color: (token) => root.getPropertyValue(token).trim(),
  };
}

function drawCaption(brush: Brush, caption: Caption, width: number): void {
  const { context } = brush;
  const { title, verdict, figures, explanation } = caption;
  const inner = width - 2 * padding;
  write(
    brush,
    verdict.text,
    { ...lines.title, x: width - padding, token: verdictColors[verdict.kind] },
    'right',
  );
  const verdictWidth = context.measureText(verdict.text).width;
  write(
    brush,
    title,
    { ...lines.title, x: padding, token: '--text' },
    'left',
    inner - verdictWidth - padding,
  );
  write(brush, figures, { ...lines.figures, x: padding, token: '--text' }, 'left', inner);
  write(brush, explanation, { ...lines.explanation, x: padding, token: '--soft' }, 'left', inner);
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly font: string;
  readonly token: string;
}

/** Writes one line of text, shortened where it has no room. */
function write(
  { context, fontFamily, color }: Brush,
  text: string,
  { x, y, font, token }: TextPlace,
  align: CanvasTextAlign = 'left',
  maxWidth = Number.POSITIVE_INFINITY,
): void {
  context.font = `${font} ${fontFamily}`;
  context.textAlign = align;
  context.fillStyle = color(token);
  let shown = text;
  while (shown.length > 1 && context.measureText(shown).width > maxWidth) {
    shown = `${shown.slice(0, -2).trimEnd()}…`;
  }
  context.fillText(shown, x, y);
}

interface PlacedEntry {
  readonly sign: CSSStyleDeclaration | null;
  readonly label: string;
  readonly value: string;
  readonly x: number;
  readonly line: number;
}

const signWidth = 18;
const signGap = 6;
const entryGap = 22;
const legendLabel = (fontFamily: string): string => `${lines.legend.font} ${fontFamily}`;
const legendValue = (fontFamily: string): string => `600 13px ${fontFamily}`;

/** Where each entry of the window's legend stands, on as many lines as are needed. */
function layOut(
  entries: readonly Element[],
  { context, fontFamily }: Brush,
  maxWidth: number,
): PlacedEntry[] {
  let x = padding;
  let line = 0;
  return entries.map((entry) => {
    const sign = entry.querySelector('.legend__sign');
    const label = entry.querySelector('dt')?.textContent.trim() ?? '';
    const value = entry.querySelector('dd')?.textContent.trim() ?? '';
    context.font = legendLabel(fontFamily);
    const labelWidth = context.measureText(label).width;
    context.font = legendValue(fontFamily);
    const width = signWidth + signGap + labelWidth + signGap + context.measureText(value).width;
    if (x > padding && x + width > padding + maxWidth) {
      x = padding;
      line += 1;
    }
    const placed = { sign: sign === null ? null : getComputedStyle(sign), label, value, x, line };
    x += width + entryGap;
    return placed;
  });
}

const dashes: Readonly<Record<string, readonly number[]>> = { dashed: [6, 4], dotted: [1, 4] };

function drawLegendEntry(brush: Brush, { sign, label, value, x, line }: PlacedEntry): void {
  const { context, fontFamily } = brush;
  const y = lines.legend.y + line * legendLineHeight;
  if (sign !== null && Number.parseFloat(sign.borderTopWidth) > 0) {
    context.save();
    context.strokeStyle = sign.borderTopColor;
    context.lineWidth = 2;
    context.lineCap = sign.borderTopStyle === 'dotted' ? 'round' : 'butt';
    context.setLineDash([...(dashes[sign.borderTopStyle] ?? [])]);
    context.beginPath();
    context.moveTo(x, y - 4.5);
    context.lineTo(x + signWidth, y - 4.5);
    context.stroke();
    context.restore();
  } else if (sign !== null) {
    context.fillStyle = sign.backgroundColor;
    context.fillRect(x, y - 10, signWidth, 11);
  }
  const labelX = x + signWidth + signGap;
  write(brush, label, { x: labelX, y, font: lines.legend.font, token: '--soft' });
  context.font = legendLabel(fontFamily);
  const valueX = labelX + context.measureText(label).width + signGap;
  write(brush, value, { x: valueX, y, font: '600 13px', token: '--text' });
}

/** What the marks in the chart mean, and who made the image. */
function drawFooter(
  brush: Brush,
  chart: SVGSVGElement,
  { origin }: Caption,
  { width, y }: { readonly width: number; readonly y: number },
): void {
  const { context, fontFamily } = brush;
  const font = '400 12px';
  write(brush, origin, { x: width - padding, y, font, token: '--soft' }, 'right');
  let x = padding;
  for (const kind of Object.keys(markShapes) as MarkKind[]) {
    const shape = chart.querySelector(`.mark--${kind} path`);
    if (shape === null) continue;
    context.save();
    context.translate(x + 6, y - 4);
    context.fillStyle = getComputedStyle(shape).fill;
    context.fill(new Path2D(markShapes[kind]));
    context.restore();
    write(brush, markWords[kind], { x: x + 17, y, font, token: '--soft' });
    context.font = `${font} ${fontFamily}`;
    x += 17 + context.measureText(markWords[kind]).width + entryGap;
  }
}
