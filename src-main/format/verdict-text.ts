import type { Report, ReportVerdict } from '../contract/report.js';
import type { FlatnessVerdict } from '../contract/verdict.js';

/** Figures as a report writes them. MB is 10^6 bytes, as LiveKit and disks count. */

export function megabytes(bytes: number | null, digits = 1): string {
  return bytes === null ? '–' : `${(bytes / 1e6).toFixed(digits)} MB`;
}

export function milliseconds(ms: number): string {
  return ms >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`;
}

/** `45 s`, `12 min`, `12 min 30 s`, `1 h 05 min`: to the second below an hour. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

export function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(0)} %`;
}

/** With its sign: a slope of zero and one that was rounded to it both read +0.00. */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return value < 0 && text !== '0.00' ? `−${text}` : `+${text}`;
}

export const verdictWords: Readonly<Record<FlatnessVerdict, string>> = {
  flat: 'FLAT',
  leaking: 'LEAK',
  undecided: 'UNDECIDED',
  unreadable: 'NO VERDICT',
};

/** A form for each word, so that it is told without its color. */
export const verdictSigns: Readonly<Record<FlatnessVerdict, string>> = {
  flat: '✓',
  leaking: '✗',
  undecided: '?',
  unreadable: '–',
};

export const processNames: Readonly<Record<ReportVerdict['process'], string>> = {
  main: 'recorder',
  ffmpeg: 'ffmpeg',
  renderer: 'window',
};

export function slopeText({ slope }: ReportVerdict): string {
  return slope === null ? '–' : `${signed(slope.mbPerMinute)} MB/min`;
}

export function intervalText({ slope }: ReportVerdict): string {
  return slope === null
    ? '–'
    : `${signed(slope.lowerMbPerMinute)} to ${signed(slope.upperMbPerMinute)} MB/min`;
}

/** The verdict in a sentence, with its limits. */
export function verdictSentence(report: Report): string {
  const main = report.verdicts.find(({ process }) => process === 'main');
  const leaking = report.verdicts.filter(({ verdict }) => verdict === 'leaking');
  const window = duration(report.verdictWindow.windowMs);
  switch (report.verdict) {
    case 'leaking': {
      const names = leaking.map(
        (judged) => `${processNames[judged.process]} ${slopeText(judged)} (${intervalText(judged)})`,
      );
      return `Memory grows: over ${window} the whole 90 % interval is above 0.5 MB/min. ${names.join('; ')}.`;
    }
    case 'flat':
      return `Memory stays flat: over ${window} the whole 90 % interval of the slope is below 1 MB/min${main === undefined ? '' : ` (${intervalText(main)})`}.`;
    case 'undecided':
      return main?.slope === null || main === undefined
        ? `Too little was measured: ${window} after the warm-up give fewer than five blocks. Half an hour decides most runs.`
        : `The readings of ${window} allow both: the interval ${intervalText(main)} is neither below 1 nor above 0.5 MB/min. Half an hour decides most runs.`;
    case 'unreadable':
      return 'Memory could not be read throughout, so nothing is said.';
  }
}
