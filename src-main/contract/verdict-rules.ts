import type {
  FlatnessLimits,
  FlatnessVerdict,
  MemoryOutcome,
  MemoryStatus,
  ProcessVerdict,
} from './verdict.js';

/**
 * When memory counts as flat and when as leaking: the one place for numbers and words, without schemas, so that
 * engine, terminal, window and report read the same.
 */

/**
 * Limits for the slope's confidence interval, in MB (10^6 bytes) per minute. Chosen by how often the verdict is
 * right on synthetic traces: the tables are in docs/verdict.md, made by `npm run verdict-rates`.
 */
export const flatnessLimits = {
  /** Leaking: the whole interval is above it. */
  leakAboveMbPerMinute: 0.5,
  /** Flat: the whole interval is below it. */
  flatBelowMbPerMinute: 1,
  /** Flat over a long window: below 0.3 GB a day. Half an hour's run is judged over 28 minutes. */
  longWindow: { fromMs: 25 * 60_000, flatBelowMbPerMinute: 0.2 },
  confidencePercent: 90,
  /** With fewer blocks the interval is as wide as all slopes together, and says nothing. */
  minBlocks: 5,
  /** Left out after the latest stream began: caches, decoders and encoders fill up. */
  warmUpMs: 60_000,
} as const;

/** Megabytes that a connection or a take may leave behind: the bound on a hundred of them is 30 MB. */
export const limitMbPerCycle = 0.3;

/** Limits that a user chose in place of the product's own. */
export type ChosenLimits = { readonly [limit in keyof FlatnessLimits]?: FlatnessLimits[limit] | undefined };

/**
 * What a window of this length is judged by: a longer one knows the slope better, and has to be flatter.
 *
 * @param windowMs what is judged, without the warm-up
 */
export function limitsOver(
  windowMs: number,
  chosen: ChosenLimits = {},
): FlatnessLimits & { areChosen: boolean } {
  const { flatBelowMbPerMinute, leakAboveMbPerMinute, longWindow } = flatnessLimits;
  return {
    flatBelowMbPerMinute:
      chosen.flatBelowMbPerMinute ??
      (windowMs >= longWindow.fromMs ? longWindow.flatBelowMbPerMinute : flatBelowMbPerMinute),
    leakAboveMbPerMinute: chosen.leakAboveMbPerMinute ?? leakAboveMbPerMinute,
    areChosen: chosen.flatBelowMbPerMinute !== undefined || chosen.leakAboveMbPerMinute !== undefined,
  };
}

/** What a verdict is called. */
export const verdictWords = {
  flat: 'FLAT',
  leaking: 'LEAK',
  undecided: 'UNDECIDED',
  unreadable: 'NO VERDICT',
} as const satisfies Record<FlatnessVerdict, MemoryStatus>;

/** The verdict on each process; null or left out where the process is not there. */
export interface ProcessVerdicts {
  readonly main: Pick<ProcessVerdict, 'verdict'>;
  readonly ffmpeg?: Pick<ProcessVerdict, 'verdict'> | null | undefined;
  readonly renderer?: Pick<ProcessVerdict, 'verdict'> | null | undefined;
}

/** A leak anywhere is a leak; otherwise the recorder's own memory decides. */
export function overallVerdict({ main, ffmpeg, renderer }: ProcessVerdicts): FlatnessVerdict {
  const isLeaking = [main, ffmpeg, renderer].some((judged) => judged?.verdict === 'leaking');
  return isLeaking ? 'leaking' : main.verdict;
}

/** One word on a run: limits that were exceeded come before the slope. */
export function memoryStatus(known: Omit<MemoryOutcome, 'word'>): MemoryStatus {
  const { verdict, peakRssBytes, budgetBytes, exceededCeilingBytes } = known;
  const isOver = known.hasExceededBudget ?? (budgetBytes !== null && peakRssBytes > budgetBytes);
  if (isOver) return 'OVER BUDGET';
  if (exceededCeilingBytes !== null) return 'OVER CEILING';
  return verdictWords[verdict === null ? 'unreadable' : overallVerdict(verdict)];
}
