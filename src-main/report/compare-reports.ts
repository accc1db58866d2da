import type { Excess, Report, ReportVerdict } from '../contract/report.js';
import type { FlatnessVerdict } from '../contract/verdict.js';
import { verdictWords } from '../contract/verdict-rules.js';
import { formatBytes } from '../format/bytes.js';
import { absent, formatPercent, formatSigned } from '../format/number.js';
import { formatDuration, formatMilliseconds } from '../format/time.js';
import { formatInterval, formatSlope, intervalName, processNames } from '../format/verdict-text.js';
import { machineText } from './page/conditions-section.js';

/** One figure of both runs, as text. */
interface ComparedRow {
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

/** What {@link compareReports} found. */
export interface Comparison {
  readonly rows: readonly ComparedRow[];
  /** Why B is worse than A, in sentences; empty when it is not. */
  readonly worse: readonly string[];
}

/** Nothing could be read is worse than nothing could be decided, and better than a leak that was seen. */
const ranks: Readonly<Record<FlatnessVerdict, number>> = { flat: 0, undecided: 1, unreadable: 2, leaking: 3 };

/**
 * Two runs side by side. B is worse when its verdict is, when the slope of a process is above that of A by
 * more than their intervals, or when it went over its budget or its ceiling and A did not.
 */
export function compareReports(a: Report, b: Report): Comparison {
  return { rows: [...figures(a, b), ...differences(a, b)], worse: worseIn(a, b) };
}

function worseIn(a: Report, b: Report): string[] {
  const worse: string[] = [];
  if (ranks[b.verdict] > ranks[a.verdict]) {
    worse.push(`The verdict on B is ${verdictWords[b.verdict]}, on A ${verdictWords[a.verdict]}.`);
  }
  for (const judged of b.verdicts) {
    const before = a.verdicts.find(({ process }) => process === judged.process)?.slope;
    const after = judged.slope;
    if (before === null || before === undefined || after === null) continue;
    if (after.lowerMbPerMinute <= before.upperMbPerMinute) continue;
    worse.push(
      `The slope of ${processNames[judged.process]} is higher in B: its interval begins at ${formatSigned(after.lowerMbPerMinute)} MB/min, where that of A ends at ${formatSigned(before.upperMbPerMinute)}.`,
    );
  }
  if (b.memory.overBudget !== null && a.memory.overBudget === null)
    worse.push('B went over its budget, A did not.');
  if (b.memory.overCeiling !== null && a.memory.overCeiling === null)
    worse.push('B went over its ceiling, A did not.');
  return worse;
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
    row('peak of the budget', ({ memory }) => formatPercent(memory.peakBudgetShare)),
    row('over budget', ({ memory }) => excessText(memory.overBudget)),
    row('over ceiling', ({ memory }) => excessText(memory.overCeiling)),
    row('ffmpeg, peak', ({ memory }) => formatBytes(memory.ffmpegPeakRssBytes)),
    row('frames written', ({ totals }) => String(totals.framesWritten)),
    row('frames dropped', ({ totals }) => String(totals.framesDropped)),
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
