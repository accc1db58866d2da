import type { SoakAssertion } from '../options/soak-assertion.js';
import type { MemoryOutcome, MemoryStatus, ProcessVerdict } from '../../contract/verdict.js';
import { verdictWords } from '../../telemetry/memory-outcome.js';
import { formatBytes } from '../../format/bytes.js';

/** 0 flat, 1 leak or too much, 2 undecided; whatever keeps a soak from running has other codes. */
const exitCodes: Readonly<Record<MemoryStatus, number>> = {
  FLAT: 0,
  LEAK: 1,
  'OVER BUDGET': 1,
  'OVER CEILING': 1,
  UNDECIDED: 2,
  'NO VERDICT': 2,
};

export function soakExitCode(word: MemoryStatus, assertion: SoakAssertion): number {
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
export function verdictLines(outcome: Omit<MemoryOutcome, 'word'>): string[] {
  const { verdict, peakRssBytes, budgetBytes, exceededCeilingBytes } = outcome;
  const budget = budgetBytes === null ? '' : ` of a budget of ${formatBytes(budgetBytes)}`;
  const ceiling =
    exceededCeilingBytes === null ? '' : ` It was above the ceiling of ${formatBytes(exceededCeilingBytes)}.`;
  const peak = `Memory peaked at ${formatBytes(peakRssBytes)}${budget}.${ceiling}`;
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
