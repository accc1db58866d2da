import { PlateauError } from '../contract/errors.js';
import type { FlatnessVerdict, MemoryVerdict, ProcessVerdict } from '../contract/verdict.js';
import { formatBytes } from './quantities.js';

/** What a soak found, in the words of its exit codes. */
export type SoakWord = 'FLAT' | 'LEAK' | 'UNDECIDED' | 'NO VERDICT' | 'OVER BUDGET';

/** 0 flat, 1 leak, 2 undecided; whatever keeps a soak from running has other codes. */
const exitCodes: Readonly<Record<SoakWord, number>> = {
  FLAT: 0,
  LEAK: 1,
  'OVER BUDGET': 1,
  UNDECIDED: 2,
  'NO VERDICT': 2,
};

export const verdictWords = {
  flat: 'FLAT',
  leaking: 'LEAK',
  undecided: 'UNDECIDED',
  unreadable: 'NO VERDICT',
} as const satisfies Record<FlatnessVerdict, SoakWord>;

const assertions = ['flat', 'no-leak'] as const;
/** What is demanded: `no-leak` lets an undecided soak pass. */
export type SoakAssertion = (typeof assertions)[number];

/** @throws PlateauError `usage` */
export function readAssertion(text: string | undefined): SoakAssertion {
  const found = assertions.find((assertion) => assertion === (text ?? 'flat'));
  if (found !== undefined) return found;
  throw new PlateauError(
    'usage',
    `“${text ?? ''}” cannot be asserted.`,
    'Write --assert flat or --assert no-leak.',
  );
}

export interface SoakReading {
  readonly verdict: MemoryVerdict | null;
  readonly peakRssBytes: number;
  readonly budgetBytes: number | null;
}

/** One word for all processes: a leak anywhere is a leak, and flat means that the recorder is. */
export function soakWord({ verdict, peakRssBytes, budgetBytes }: SoakReading): SoakWord {
  if (budgetBytes !== null && peakRssBytes > budgetBytes) return 'OVER BUDGET';
  if (verdict === null) return 'NO VERDICT';
  const isLeaking = [verdict.main, verdict.ffmpeg, verdict.renderer].some(
    (judged) => judged?.verdict === 'leaking',
  );
  return isLeaking ? 'LEAK' : verdictWords[verdict.main.verdict];
}

export function soakExitCode(word: SoakWord, assertion: SoakAssertion): number {
  return word === 'UNDECIDED' && assertion === 'no-leak' ? 0 : exitCodes[word];
}

/**
 * 1 and 2 say LEAK and UNDECIDED of a soak: a command line that cannot be understood and a defect of
 * Plateau's end it with sysexits' EX_USAGE and EX_SOFTWARE instead.
 */
export function soakFailureCode(exitCode: number): number {
  return { 1: 70, 2: 64 }[exitCode] ?? exitCode;
}

/** The verdict on each process, in lines. */
export function verdictLines({ verdict, peakRssBytes, budgetBytes }: SoakReading): string[] {
  const budget = budgetBytes === null ? '' : ` of a budget of ${formatBytes(budgetBytes)}`;
  const peak = `Memory peaked at ${formatBytes(peakRssBytes)}${budget}.`;
  if (verdict === null) return [peak, 'Memory was not judged.'];
  const { main, ffmpeg, renderer, warmUpMs, windowMs, blockMs } = verdict;
  return [
    peak,
    `Judged: ${windowMs / 1000} s in blocks of ${blockMs / 1000} s; left out: ${warmUpMs / 1000} s after the latest stream began.`,
    `  recorder  ${describe(main)}`,
    ...(ffmpeg === null ? [] : [`  ffmpeg    ${describe(ffmpeg)}`]),
    ...(renderer === null ? [] : [`  window    ${describe(renderer)}`]),
  ];
}

function describe({ verdict, slope }: ProcessVerdict): string {
  const word = verdictWords[verdict].padEnd(10);
  if (slope === null) return `${word}too few readings for a slope`;
  return `${word}${describeSlope(slope, 'MB/min')}`;
}

export function describeSlope(slope: NonNullable<ProcessVerdict['slope']>, unit: string): string {
  const { mbPerMinute, lowerMbPerMinute, upperMbPerMinute } = slope;
  return `${mbPerMinute.toFixed(2)} ${unit}, 90 % interval ${lowerMbPerMinute.toFixed(2)} to ${upperMbPerMinute.toFixed(2)}`;
}
