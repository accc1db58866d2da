import { budgetEvent, type BudgetTerm, budgetTerms } from '../../src-main/contract/budget-terms.js';
import type { TakeMemory } from '../../src-main/contract/history.js';
import type { RecorderEvent } from '../../src-main/contract/snapshot.js';
import { beforePoint, type BesidePoint, besidePoint } from './beside-point.js';

/** A moment at which the memory budget became another one, and why. */
export interface BudgetStep {
  /** On the axis of its chart: of the wall clock, or of the take. */
  readonly atMs: number;
  readonly totalBytes: number;
  /** What ffmpeg may use beside it. */
  readonly encoderBytes: number;
  /** A word or two, to stand beside the step; empty where there are none. */
  readonly label: string;
  /** The whole sentence. */
  readonly text: string;
  /** What it consists of from then on; what is none is left out. */
  readonly terms: readonly { readonly term: BudgetTerm; readonly bytes: number }[];
}

/** What is read of an event of the log. */
type ToldStep = Pick<RecorderEvent, 'name' | 'message' | 'details'>;

/** The step that an event tells; null for any other event. @param atMs on the axis of the chart */
export function stepOf({ details, message, name }: ToldStep, atMs: number): BudgetStep | null {
  const { encoderBytes, label, totalBytes } = details;
  if (name !== budgetEvent || typeof totalBytes !== 'number' || Number.isNaN(atMs)) return null;
  return {
    ...{ atMs, totalBytes, text: message },
    encoderBytes: typeof encoderBytes === 'number' ? encoderBytes : 0,
    label: typeof label === 'string' ? label : '',
    terms: budgetTerms.flatMap((term) => {
      const bytes = details[term];
      return typeof bytes === 'number' && bytes > 0 ? [{ term, bytes }] : [];
    }),
  };
}

/** The steps of a take that is over, on its own clock. */
export function stepsOfTake(steps: TakeMemory['steps']): BudgetStep[] {
  return steps.flatMap(({ details, message, takeMs }) => {
    const step = stepOf({ name: budgetEvent, message, details }, takeMs);
    return step === null ? [] : [step];
  });
}

/**
 * The step that the budget of a moment came with; null while there is no budget.
 *
 * @param steps in order of time
 * @param row of the chart: the last budget of its bucket, whose middle is `atMs`
 */
export function stepBehind(
  steps: readonly BudgetStep[],
  { atMs, budgetBytes }: { readonly atMs: number; readonly budgetBytes: number | null },
  bucketMs: number,
): BudgetStep | null {
  if (budgetBytes === null) return null;
  let latest: BudgetStep | null = null;
  for (const step of steps) if (step.atMs <= atMs + bucketMs / 2) latest = step;
  return latest;
}

/** A label where it stands, in pixels of the plot. */
export interface PlacedLabel {
  readonly step: BudgetStep;
  readonly x: number;
  /** Of its base line. */
  readonly y: number;
  readonly anchor: 'start' | 'end';
}

/** What a text of a chart covers above and below its base line, and a point around its middle. */
const [aboveLine, belowLine, pointPixels] = [11, 4, 5];
/** A base line is so far above its point, and at least so far below the top of the plot. */
const [abovePoint, belowTop] = [6, 10];
const apartPixels = 6;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function areApart(one: Box, other: Box): boolean {
  return (
    one.right <= other.left || one.left >= other.right || one.bottom <= other.top || one.top >= other.bottom
  );
}

/**
 * The labels that have room beside one another, behind their point or before it: one that would cover another label, or the point
 * of another step, is left out.
 *
 * @param xOf pixels from the left edge of the plot; outside of it, the step is not shown
 * @param yOf pixels, of a sum in bytes
 * @param widthPx of the plot
 * @param topPx of the plot, as `yOf` counts
 */
export function placeLabels(
  steps: readonly BudgetStep[],
  xOf: (atMs: number) => number,
  yOf: (bytes: number) => number,
  widthPx: number,
  topPx = -Infinity,
): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  const shown = steps.filter(({ atMs }) => xOf(atMs) >= 0 && xOf(atMs) <= widthPx);
  const points = new Map(shown.map((step) => [step, pointOf(xOf(step.atMs), yOf(step.totalBytes))]));
  const labels: Box[] = [];
  for (const step of shown) {
    const x = xOf(step.atMs);
    if (step.label === '') continue;
    const y = Math.max(topPx + belowTop, yOf(step.totalBytes) - abovePoint);
    const boxOf = ({ left, right }: BesidePoint): Box => ({
      ...{ left, right: right + apartPixels, top: y - aboveLine, bottom: y + belowLine },
    });
    const isFree = (place: BesidePoint): boolean =>
      place.left >= 0 &&
      labels.every((other) => areApart(boxOf(place), other)) &&
      [...points].every(([other, point]) => other === step || areApart(boxOf(place), point));
    const places = [
      besidePoint(x, step.label, apartPixels, widthPx),
      beforePoint(x, step.label, apartPixels),
    ];
    const place = places.find(isFree);
    if (place === undefined) continue;
    placed.push({ step, x: place.x, y, anchor: place.anchor });
    labels.push(boxOf(place));
  }
  return placed;
}

function pointOf(x: number, y: number): Box {
  return { left: x - pointPixels, right: x + pointPixels, top: y - pointPixels, bottom: y + pointPixels };
}
