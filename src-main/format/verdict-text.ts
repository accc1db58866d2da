import type { Report, ReportVerdict } from '../contract/report.js';
import type { FlatnessVerdict, ProcessVerdict } from '../contract/verdict.js';
import { flatnessLimits, verdictWords } from '../contract/verdict-rules.js';
import { absent, formatSigned } from './number.js';
import { formatDuration } from './time.js';

type Slope = ProcessVerdict['slope'];

const { leakAboveMbPerMinute, flatBelowMbPerMinute, confidencePercent, minBlocks } = flatnessLimits;

/** `90 % interval`: what stands beside each slope. */
export const intervalName = `${confidencePercent} % interval`;

/** A form for each word, so that it can be read without its color. */
export const verdictSigns: Readonly<Record<FlatnessVerdict, string>> = {
  flat: '✓',
  leaking: '✗',
  undecided: '?',
  unreadable: absent,
};

/** What the judged processes are called. */
export const processNames: Readonly<Record<ReportVerdict['process'], string>> = {
  main: 'recorder',
  ffmpeg: 'ffmpeg',
  renderer: 'window',
};

/** When each verdict is given, as a clause. */
export const verdictConditions: Readonly<Record<FlatnessVerdict, string>> = {
  flat: `the whole interval is below ${flatBelowMbPerMinute} MB/min`,
  leaking: `the whole interval is above ${leakAboveMbPerMinute} MB/min`,
  undecided: 'neither',
  unreadable: 'memory could not be read',
};

/** How long a run has to be for a verdict; docs/verdict.md has the measured rates. */
export const lengthAdvice = '10 minutes is conclusive in about half of runs; 30 minutes in nearly all.';

/** `LEAK: the whole interval is above … FLAT: …`, for a legend. */
export function verdictLegend(): string {
  return (['leaking', 'flat', 'undecided', 'unreadable'] as const)
    .map((verdict) => `${verdictWords[verdict]}: ${verdictConditions[verdict]}.`)
    .join(' ');
}

/** `+0.12 MB/min`; `–` without a slope. @param unit what the slope is counted in */
export function formatSlope(slope: Slope, unit = 'MB/min'): string {
  return slope === null ? absent : `${formatSigned(slope.mbPerMinute)} ${unit}`;
}

/** `−0.02 to +0.09 MB/min`; `–` without a slope. */
export function formatInterval(slope: Slope, unit = 'MB/min'): string {
  return slope === null
    ? absent
    : `${formatSigned(slope.lowerMbPerMinute)} to ${formatSigned(slope.upperMbPerMinute)} ${unit}`;
}

/** `FLAT (+0.01 MB/min, 90 % interval −0.02 to +0.09 MB/min)`, or the word alone without a slope. */
export function describeVerdict({ verdict, slope }: ProcessVerdict): string {
  if (slope === null) return verdictWords[verdict];
  return `${verdictWords[verdict]} (${formatSlope(slope)}, ${intervalName} ${formatInterval(slope)})`;
}

/** A report's verdict in one or two sentences, with its limits. */
export function verdictSentence(report: Report): string {
  const main = report.verdicts.find(({ process }) => process === 'main');
  const window = formatDuration(report.verdictWindow.windowMs);
  switch (report.verdict) {
    case 'leaking': {
      const names = report.verdicts
        .filter(({ verdict }) => verdict === 'leaking')
        .map(
          ({ process, slope }) => `${processNames[process]} ${formatSlope(slope)} (${formatInterval(slope)})`,
        );
      return `Memory grows: over ${window}, ${verdictConditions.leaking}. ${names.join('; ')}.`;
    }
    case 'flat':
      return `Memory stays flat: over ${window}, ${verdictConditions.flat}${main === undefined ? '' : ` (${formatInterval(main.slope)})`}.`;
    case 'undecided':
      return main?.slope === null || main === undefined
        ? `The run was too short: ${window} after the warm-up give fewer than ${minBlocks} blocks. ${lengthAdvice}`
        : `The readings of ${window} allow both: the interval ${formatInterval(main.slope)} is neither below ${flatBelowMbPerMinute} nor above ${leakAboveMbPerMinute} MB/min. ${lengthAdvice}`;
    case 'unreadable':
      return 'Memory could not be read throughout, so there is no verdict.';
  }
}
