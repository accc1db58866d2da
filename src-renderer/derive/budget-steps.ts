import { budgetEvent, type BudgetTerm, budgetTerms } from '../../src-main/contract/budget-terms.js';
import type { TakeMemory } from '../../src-main/contract/history.js';
import type { RecorderEvent } from '../../src-main/contract/snapshot.js';
import { besidePoint } from './beside-point.js';

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
  readonly anchor: 'start' | 'end';
}

/** Height of the small text of a chart. */
const textPixels = 13;
const apartPixels = 6;

/**
 * The labels that have room beside one another: one that would cover another's is left out.
 *
 * @param xOf pixels from the left edge of the plot; outside of it, the step is not shown
 * @param yOf pixels, of a sum in bytes
 * @param widthPx of the plot
 */
export function placeLabels(
  steps: readonly BudgetStep[],
  xOf: (atMs: number) => number,
  yOf: (bytes: number) => number,
  widthPx: number,
): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  const taken: { readonly y: number; readonly left: number; readonly right: number }[] = [];
  for (const step of steps) {
    const x = xOf(step.atMs);
    if (step.label === '' || x < 0 || x > widthPx) continue;
    const place = besidePoint(x, step.label, apartPixels, widthPx);
    const { anchor, left } = place;
    const [right, y] = [place.right + apartPixels, yOf(step.totalBytes)];
    const isCovered = taken.some(
      (other) => Math.abs(other.y - y) < textPixels && left < other.right && right > other.left,
    );
    if (isCovered) continue;
    placed.push({ step, x: place.x, anchor });
    taken.push({ y, left, right });
  }
  return placed;
}
