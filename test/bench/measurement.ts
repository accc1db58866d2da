/** Whether a figure meets its target; `undecided` counts as not met; `info` has no target. */
export type Outcome = 'met' | 'missed' | 'undecided' | 'info';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly digits: number;
  /** As in the requirements. */
  readonly target: string | null;
  readonly outcome: Outcome;
}

export interface Measurement {
  readonly id: string;
  readonly title: string;
  /** How it was measured, in one or two sentences. */
  readonly method: string;
  readonly figures: readonly Figure[];
  /** Everything that the figures were made of, and what a reader must know about them. */
  readonly notes: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
}

interface FigureFormat {
  readonly unit: string;
  readonly digits?: number;
}

export function plainFigure(name: string, value: number, { unit, digits = 1 }: FigureFormat): Figure {
  return { name, value, unit, digits, target: null, outcome: 'info' };
}

/** A figure that must not be above its limit. NaN (nothing was measured) does not meet it. */
export function limitedFigure(
  name: string,
  value: number,
  limit: number,
  { unit, digits = 1 }: FigureFormat,
  aim: number | null = null,
): Figure {
  const target = `<= ${limit}${unit === '' ? '' : ` ${unit}`}${aim === null ? '' : `, aim ${aim}`}`;
  return { name, value, unit, digits, target, outcome: value <= limit ? 'met' : 'missed' };
}
