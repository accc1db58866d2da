import { memoryPeak } from '../../src-main/contract/memory-peak.js';
import type { Snapshot } from '../../src-main/contract/snapshot.js';
import type {
  FlatnessVerdict,
  MemoryOutcome,
  MemoryStatus,
  MemoryVerdict,
} from '../../src-main/contract/verdict.js';
import { flatnessLimits, overallVerdict, verdictWords } from '../../src-main/contract/verdict-rules.js';
import { formatBytes, formatMegabytes } from '../../src-main/format/bytes.js';
import { formatPercent } from '../../src-main/format/number.js';
import { formatDuration, twoDigits } from '../../src-main/format/time.js';
import {
  describeVerdict,
  formatSlope,
  lengthAdvice,
  limitsOf,
  processNames,
  verdictCondition,
} from '../../src-main/format/verdict-text.js';

export type VerdictKind =
  'none' | 'warmingUp' | 'flat' | 'leaking' | 'undecided' | 'unreadable' | 'overBudget' | 'overCeiling';

export interface Verdict {
  readonly kind: VerdictKind;
  readonly title: string;
  /** A few words below the title. */
  readonly note: string;
  readonly explanation: string;
  /** It is the verdict on a take that is over. */
  readonly isOver: boolean;
}

type Judged = Omit<Verdict, 'isOver'>;

/**
 * What can honestly be said of memory: whether it kept to its budget, and whether it grows.
 *
 * @param latestOfTake the last numbers of a take: after it, what they said stands until another one begins
 */
export function judgeMemory(snapshot: Snapshot | null, latestOfTake: Snapshot | null = null): Verdict {
  if (snapshot !== null && snapshot.takeMs !== null)
    return { ...judgeTake(snapshot, snapshot.takeMs), isOver: false };
  if (latestOfTake !== null && latestOfTake.takeMs !== null)
    return { ...judgeTake(latestOfTake, null), isOver: true };
  return {
    kind: 'none',
    title: 'Not recording',
    note: '',
    explanation: 'During a take, memory is checked against its budget and for growth.',
    isOver: false,
  };
}

/** @param takeMs the take's clock; null when it is over */
function judgeTake(snapshot: Snapshot, takeMs: number | null): Judged {
  const { rssBytes, budgetBytes, ceilingBytes } = snapshot.memory;
  // Before the first track there are no files whose buffers the budget makes room for.
  const hasFile = budgetBytes !== null && snapshot.sinks.length > 0;
  const isOverCeiling = ceilingBytes !== null && rssBytes > ceilingBytes;
  if (!hasFile && !isOverCeiling) {
    return {
      kind: 'none',
      title: takeMs === null ? 'Nothing was recorded' : 'No file yet',
      note: `${formatBytes(rssBytes)} in use`,
      explanation: 'Memory has a budget from the first file on: it makes room for the buffers of each.',
    };
  }
  const { hasExceededBudget, ...worst } = memoryPeak(snapshot.memory);
  const peak = describePeak(worst, hasExceededBudget);
  if (hasFile && hasExceededBudget) {
    const explanation =
      rssBytes > budgetBytes
        ? `Memory is at ${formatBytes(rssBytes)}, ${formatBytes(rssBytes - budgetBytes)} above the budget. The recording goes on.`
        : `Memory went above its budget during this take (${peak}) and came back.`;
    return { kind: 'overBudget', title: 'OVER BUDGET', note: peak, explanation };
  }
  if (isOverCeiling) {
    return {
      kind: 'overCeiling',
      title: 'OVER CEILING',
      note: share(rssBytes, ceilingBytes),
      explanation: `Memory is at ${formatBytes(rssBytes)}, above the ceiling that was set and within the take’s budget (${peak}). The recording goes on.`,
    };
  }
  const { verdict } = snapshot;
  if (verdict === null || verdict.windowMs === 0) {
    return withinBudget(worst, peak, takeMs, verdict);
  }
  if (verdict.main.slope === null && verdict.main.verdict === 'undecided')
    return withinBudget(worst, peak, takeMs, verdict);
  return slopeVerdict(verdict, peak);
}

/** What is true from the first second on, and when there will be more to say. */
function withinBudget(
  { rssBytes, budgetBytes }: { readonly rssBytes: number; readonly budgetBytes: number | null },
  peak: string,
  takeMs: number | null,
  verdict: MemoryVerdict | null,
): Judged {
  const warmUp = formatDuration(verdict?.warmUpMs ?? flatnessLimits.warmUpMs);
  const slopeAtMs = verdict?.slopeAtMs ?? null;
  const taken = budgetBytes === null ? peak : formatPercent(rssBytes / budgetBytes);
  const waits =
    takeMs === null
      ? ' · too short for a slope'
      : slopeAtMs === null
        ? ''
        : ` · slope in ${formatCountdown(slopeAtMs - takeMs)}`;
  return {
    kind: 'warmingUp',
    title: 'Within budget',
    note: `${taken}${waits}`,
    explanation: `Within budget so far (${peak}). Whether memory grows is judged from ${warmUp} after the latest stream began, over ${flatnessLimits.minBlocks} blocks of time or more.`,
  };
}

/** `2:10`, rounded up: what is waited for comes at zero. */
function formatCountdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)}`;
}

/**
 * `peak 165 of 460 MB`. The budget follows the files: memory that was never higher may have been above a smaller one, and the
 * largest says nothing of that then.
 */
function describePeak(
  { rssBytes, budgetBytes }: { readonly rssBytes: number; readonly budgetBytes: number | null },
  hasExceededBudget: boolean,
): string {
  if (budgetBytes === null) return `peak ${formatBytes(rssBytes)}`;
  return hasExceededBudget && rssBytes <= budgetBytes
    ? `peak ${formatBytes(rssBytes)}, above a lower budget`
    : `peak ${share(rssBytes, budgetBytes)}`;
}

/** `165 of 460 MB` */
function share(bytes: number, ofBytes: number): string {
  const [part, whole] = [formatMegabytes(bytes), formatMegabytes(ofBytes)];
  return `${whole.endsWith(' MB') ? part.replace(/ MB$/, '') : part} of ${whole}`;
}

function slopeVerdict(verdict: MemoryVerdict, peak: string): Judged {
  const kind = overallVerdict(verdict);
  const { slope } = verdict.main;
  return {
    kind,
    title: verdictWords[kind],
    note: slope === null ? peak : `${formatSlope(slope)} · ${peak}`,
    explanation: `${processesText(verdict)} ${advice(kind, verdict)}`,
  };
}

/** How a run's word on its memory looks. */
export function toneOfMemory(word: MemoryStatus): 'good' | 'bad' | 'warning' | 'quiet' {
  switch (word) {
    case 'FLAT':
      return 'good';
    case 'LEAK':
    case 'OVER BUDGET':
      return 'bad';
    case 'OVER CEILING':
      return 'warning';
    case 'UNDECIDED':
    case 'NO VERDICT':
      return 'quiet';
  }
}

/** `Peak 165 of 460 MB.` */
export function peakText({ peakRssBytes, budgetBytes, hasExceededBudget }: MemoryOutcome): string {
  const text = describePeak({ rssBytes: peakRssBytes, budgetBytes }, hasExceededBudget === true);
  return `P${text.slice(1)}.`;
}

/** What the readings of a run that is over allow to be said. */
export function outcomeText({ verdict }: Pick<MemoryOutcome, 'verdict'>): string {
  return verdict === null ? 'Memory was not judged.' : processesText(verdict);
}

function processesText({ main, ffmpeg, renderer, windowMs }: MemoryVerdict): string {
  const parts = [
    `${processNames.main} ${describeVerdict(main)}`,
    ...(ffmpeg === null ? [] : [`${processNames.ffmpeg} ${describeVerdict(ffmpeg)}`]),
    ...(renderer === null ? [] : [`${processNames.renderer} ${describeVerdict(renderer)}`]),
  ];
  const text = parts.join('; ');
  // Too short a take has no reading that counts.
  return windowMs < 1_000 ? `Memory: ${text}.` : `Over ${formatDuration(windowMs)}: ${text}.`;
}

function advice(kind: FlatnessVerdict, verdict: MemoryVerdict): string {
  switch (kind) {
    case 'flat':
    case 'leaking':
      return `${verdictWords[kind]}: ${verdictCondition(kind, limitsOf(verdict))}.`;
    case 'undecided':
      return `${verdictWords.undecided}: the readings allow both. ${lengthAdvice}`;
    case 'unreadable':
      return 'Memory could not be read, so there is no verdict.';
  }
}
