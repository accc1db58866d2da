import type { Excess, Report, ReportVerdict } from '../contract/report.js';
import { verdictWords } from '../contract/verdict-rules.js';
import { formatBytes } from '../format/bytes.js';
import { audioLossText, videoLossText } from '../format/content-text.js';
import { absent, formatPercent } from '../format/number.js';
import { formatDuration, formatMilliseconds } from '../format/time.js';
import { formatInterval, formatSlope, intervalName, processNames } from '../format/verdict-text.js';
import { machineText } from './page/conditions-section.js';
import { incomparable, lossesOfReport, worseIn } from './worse-run.js';

/** One figure of both runs, as text. */
interface ComparedRow {
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

/** `notComparable`: conditions differ, or nothing is worse and memory was decided in neither run. */
export type ComparisonOutcome = 'worse' | 'notWorse' | 'notComparable';

/** What {@link compareReports} found. */
export interface Comparison {
  readonly rows: readonly ComparedRow[];
  readonly outcome: ComparisonOutcome;
  /** Why B is worse than A, in sentences; empty when it is not. */
  readonly worse: readonly string[];
  /** Why the runs cannot be compared, in sentences; empty when they can. */
  readonly notComparable: readonly string[];
}

/** The first sentence about an outcome. */
export const outcomeTexts: Readonly<Record<ComparisonOutcome, string>> = {
  worse: 'B is worse than A',
  notWorse: 'B is not worse than A',
  notComparable: 'A and B cannot be compared',
};

/**
 * Two runs side by side. B is worse by its memory (verdict, slope, budget, ceiling, peak), by what it lost (frames,
 * audio, gaps, files that are not intact), or by its timing (frame gap, event-loop lag); `worse-run.ts` has the limits.
 */
export function compareReports(a: Report, b: Report): Comparison {
  const worse = worseIn(a, b);
  const { conditions, memory } = incomparable(a, b);
  const notComparable = [...conditions, ...memory];
  // A difference of the conditions explains every figure; what was not decided excuses none.
  const outcome =
    conditions.length > 0
      ? 'notComparable'
      : worse.length > 0
        ? 'worse'
        : memory.length > 0
          ? 'notComparable'
          : 'notWorse';
  return { rows: [...figures(a, b), ...differences(a, b)], outcome, worse, notComparable };
}

function figures(a: Report, b: Report): ComparedRow[] {
  const row = (what: string, read: (report: Report) => string): ComparedRow => ({
    what,
    a: read(a),
    b: read(b),
  });
  const processes = (['main', 'ffmpeg', 'renderer'] as const).filter((process) =>
    [a, b].some(({ verdicts }) => verdicts.some((judged) => judged.process === process)),
  );
  const of = (
    report: Report,
    process: ReportVerdict['process'],
    read: (judged: ReportVerdict) => string,
  ): string => {
    const judged = report.verdicts.find((one) => one.process === process);
    return judged === undefined ? absent : read(judged);
  };
  return [
    row('verdict', ({ verdict }) => verdictWords[verdict]),
    ...processes.flatMap((process) => [
      row(`slope of ${processNames[process]}`, (report) =>
        of(report, process, ({ slope }) => formatSlope(slope)),
      ),
      row(`${intervalName} of ${processNames[process]}`, (report) =>
        of(report, process, ({ slope }) => formatInterval(slope)),
      ),
    ]),
    row('window judged', ({ verdictWindow }) => formatDuration(verdictWindow.windowMs)),
    row('peak RSS', ({ memory }) => formatBytes(memory.peakRssBytes)),
    row('budget', ({ budget }) => formatBytes(budget.totalBytes)),
    row('highest share of the budget', ({ memory }) => formatPercent(memory.peakBudgetShare)),
    row('over budget', ({ memory }) => excessText(memory.overBudget)),
    row('over ceiling', ({ memory }) => excessText(memory.overCeiling)),
    row('ffmpeg, peak', ({ memory }) => formatBytes(memory.ffmpegPeakRssBytes)),
    row('frames written', ({ totals }) => String(totals.framesWritten)),
    row('video lost', (report) => videoLossText(lossesOfReport(report))),
    row('audio lost', (report) => audioLossText(lossesOfReport(report))),
    row('gaps', ({ content }) => (content === null ? absent : String(content.gaps))),
    row('longest frame gap', ({ totals }) => formatMilliseconds(totals.longestFrameGapMs)),
    row('event-loop lag, at most', ({ totals }) => formatMilliseconds(totals.eventLoopLagMaxMs)),
    row('duration', ({ take }) => formatDuration(take.durationMs)),
    row(
      'files verified',
      ({ files }) => `${files.filter(({ state }) => state === 'verified').length} of ${files.length}`,
    ),
  ];
}

/** Conditions that are not the same: a figure may differ for no other reason. */
function differences(a: Report, b: Report): ComparedRow[] {
  const pairs: [what: string, a: string, b: string][] = [
    ['machine', machineText(a), machineText(b)],
    ['profile', a.take.profile.name, b.take.profile.name],
  ];
  for (const name of ['plateau', 'node', 'rtcNode', 'ffmpeg', 'electron'] as const) {
    pairs.push([`version of ${name}`, a.versions[name] ?? absent, b.versions[name] ?? absent]);
  }
  for (const name of new Set([...Object.keys(a.caps ?? {}), ...Object.keys(b.caps ?? {})])) {
    pairs.push([`cap ${name}`, String(a.caps?.[name] ?? absent), String(b.caps?.[name] ?? absent)]);
  }
  return pairs.filter(([, inA, inB]) => inA !== inB).map(([what, inA, inB]) => ({ what, a: inA, b: inB }));
}

function excessText(excess: Excess | null): string {
  return excess === null ? 'no' : `yes, ${excess.lines} snapshots`;
}
