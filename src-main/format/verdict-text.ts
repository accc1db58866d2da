import type { Report, ReportVerdict } from '../contract/report.js';
import type { FlatnessLimits, FlatnessVerdict, ProcessVerdict } from '../contract/verdict.js';
import { flatnessLimits, limitsOver, verdictWords } from '../contract/verdict-rules.js';
import { absent, formatSigned } from './number.js';
import { formatDuration } from './time.js';

type Slope = ProcessVerdict['slope'];

const { confidencePercent, minBlocks } = flatnessLimits;

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
export function verdictCondition(verdict: FlatnessVerdict, limits: FlatnessLimits): string {
  switch (verdict) {
    case 'flat':
      return `the whole interval is below ${limits.flatBelowMbPerMinute} MB/min`;
    case 'leaking':
      return `the whole interval is above ${limits.leakAboveMbPerMinute} MB/min`;
    case 'undecided':
      return 'neither';
    case 'unreadable':
      return 'memory could not be read';
  }
}

/** What a window was judged by; telemetry from before it was written was judged by the limits for a short one. */
export function limitsOf({ limits }: { readonly limits?: FlatnessLimits | undefined }): FlatnessLimits {
  return limits ?? limitsOver(0);
}

/** How long a run has to be for a verdict; docs/verdict.md has the measured rates. */
export const lengthAdvice = '10 minutes is conclusive in about half of runs; 30 minutes in most.';

/** `LEAK: the whole interval is above … FLAT: …`, for a legend. */
export function verdictLegend(limits: FlatnessLimits): string {
  return (['leaking', 'flat', 'undecided', 'unreadable'] as const)
    .map((verdict) => `${verdictWords[verdict]}: ${verdictCondition(verdict, limits)}.`)
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
  const limits = limitsOf(report.verdictWindow);
  switch (report.verdict) {
    case 'leaking': {
      const names = report.verdicts
        .filter(({ verdict }) => verdict === 'leaking')
        .map(
          ({ process, slope }) => `${processNames[process]} ${formatSlope(slope)} (${formatInterval(slope)})`,
        );
      return `Memory grows: over ${window}, ${verdictCondition('leaking', limits)}. ${names.join('; ')}.`;
    }
    case 'flat':
      return `Memory stays flat: over ${window}, ${verdictCondition('flat', limits)}${main === undefined ? '' : ` (${formatInterval(main.slope)})`}.`;
    case 'undecided':
      return main?.slope === null || main === undefined
        ? `The run was too short: ${window} after the warm-up give fewer than ${minBlocks} blocks. ${lengthAdvice}`
        : `The readings of ${window} allow both: the interval ${formatInterval(main.slope)} is neither below ${limits.flatBelowMbPerMinute} nor above ${limits.leakAboveMbPerMinute} MB/min. ${lengthAdvice}`;
    case 'unreadable':
      return 'Memory could not be read throughout, so there is no verdict.';
  }
}
