import { answerExitCodes, type PlateauError } from '../../contract/errors.js';
import type { Manifest } from '../../contract/manifest.js';
import type { MemoryOutcome, MemoryStatus, ProcessVerdict } from '../../contract/verdict.js';
import { verdictWords } from '../../contract/verdict-rules.js';
import { formatBytes } from '../../format/bytes.js';
import { recordProblem } from '../../format/take-problem.js';
import { formatDuration } from '../../format/time.js';
import { formatInterval, formatSlope, intervalName, processNames } from '../../format/verdict-text.js';
import type { SoakAssertion } from '../options/soak-assertion.js';

/** As wide as the longest word, `NO VERDICT`. */
const verdictColumns = 12;
/** As wide as the longest name of a process, `recorder`. */
const nameColumns = 10;

/** The answer to `is memory flat?`. */
const exitCodes: Readonly<Record<MemoryStatus, number>> = {
  FLAT: answerExitCodes.yes,
  LEAK: answerExitCodes.no,
  'OVER BUDGET': answerExitCodes.no,
  'OVER CEILING': answerExitCodes.no,
  UNDECIDED: answerExitCodes.undecided,
  'NO VERDICT': answerExitCodes.undecided,
};

/**
 * What a soak ends with.
 *
 * @param assertion with `no-leak` an undecided soak passes
 * @returns the exit code of a soak that ran to its end
 */
export function soakExitCode(word: MemoryStatus, assertion: SoakAssertion): number {
  return word === 'UNDECIDED' && assertion === 'no-leak' ? 0 : exitCodes[word];
}

/**
 * What a soak says of its take when memory is as it should be: memory is what it asks for, and faults lose frames on
 * purpose.
 *
 * @param verdictCode of {@link soakExitCode}
 */
export function soakLack(
  manifest: Manifest | null,
  verdictCode: number,
  hasFaults: boolean,
): PlateauError | null {
  return manifest === null || hasFaults || verdictCode !== 0 ? null : recordProblem(manifest);
}

/** The verdict on each process, in lines. */
export function verdictLines(outcome: Omit<MemoryOutcome, 'word'>): string[] {
  const { verdict, peakRssBytes, budgetBytes, exceededCeilingBytes } = outcome;
  const budget = budgetBytes === null ? '' : ` of a budget of ${formatBytes(budgetBytes)}`;
  const ceiling =
    exceededCeilingBytes === null
      ? ''
      : ` It went above the ceiling of ${formatBytes(exceededCeilingBytes)}.`;
  const peak = `Memory peaked at ${formatBytes(peakRssBytes)}${budget}.${ceiling}`;
  if (verdict === null) return [peak, 'Memory was not judged.'];
  const { main, ffmpeg, renderer, warmUpMs, windowMs, blockMs } = verdict;
  return [
    peak,
    `Judged: ${formatDuration(windowMs)} in blocks of ${formatDuration(blockMs)}; left out: ${formatDuration(warmUpMs)} after the latest stream began.`,
    `  ${processNames.main.padEnd(nameColumns)}${describe(main)}`,
    ...(ffmpeg === null ? [] : [`  ${processNames.ffmpeg.padEnd(nameColumns)}${describe(ffmpeg)}`]),
    ...(renderer === null ? [] : [`  ${processNames.renderer.padEnd(nameColumns)}${describe(renderer)}`]),
  ];
}

function describe({ verdict, slope }: ProcessVerdict): string {
  const word = verdictWords[verdict].padEnd(verdictColumns);
  return word + (slope === null ? 'too few readings for a slope' : describeSlope(slope, 'MB/min'));
}

/** `+0.12 MB/min, 90 % interval −0.02 to +0.26 MB/min`. @param unit what the slope is counted in */
export function describeSlope(slope: NonNullable<ProcessVerdict['slope']>, unit: string): string {
  return `${formatSlope(slope, unit)}, ${intervalName} ${formatInterval(slope, unit)}`;
}
