import type { Snapshot } from '../../src-main/contract/snapshot.js';
import type { FlatnessVerdict, MemoryOutcome, MemoryVerdict } from '../../src-main/contract/verdict.js';
import { flatnessLimits, overallVerdict, verdictWords } from '../../src-main/contract/verdict-rules.js';
import { formatBytes, formatMegabytes } from '../../src-main/format/bytes.js';
import { formatDuration } from '../../src-main/format/time.js';
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
}

/** What can honestly be said of memory: whether it kept to its budget, and whether it grows. */
export function judgeMemory(snapshot: Snapshot | null): Verdict {
  if (snapshot === null || snapshot.memory.budgetBytes === null) {
    return {
      kind: 'none',
      title: 'Not recording',
      note: '',
      explanation: 'During a take, memory is checked against its budget and for growth.',
    };
  }
  const { rssBytes, peakRssBytes, budgetBytes, ceilingBytes } = snapshot.memory;
  const worst = Math.max(rssBytes, peakRssBytes);
  const peak = `peak ${share(worst, budgetBytes)}`;
  // Before the first track there are no files whose buffers the budget makes room for.
  if (worst > budgetBytes && snapshot.sinks.length > 0) {
    const explanation =
      rssBytes > budgetBytes
        ? `Memory is at ${formatBytes(rssBytes)}, ${formatBytes(rssBytes - budgetBytes)} above the budget. The recording goes on.`
        : `Memory went above its budget during this take (${peak}) and came back.`;
    return { kind: 'overBudget', title: 'OVER BUDGET', note: peak, explanation };
  }
  if (ceilingBytes !== null && rssBytes > ceilingBytes) {
    return {
      kind: 'overCeiling',
      title: 'OVER CEILING',
      note: share(rssBytes, ceilingBytes),
      explanation: `Memory is at ${formatBytes(rssBytes)}, above the ceiling that was set and within the take’s budget (${peak}). The recording goes on.`,
    };
  }
  const { verdict } = snapshot;
  if (verdict === null || verdict.windowMs === 0) {
    const warmUp = formatDuration(verdict?.warmUpMs ?? flatnessLimits.warmUpMs);
    return {
      kind: 'warmingUp',
      title: 'Warming up',
      note: peak,
      explanation: `Within budget so far (${peak}). The slope is judged from ${warmUp} after the latest stream began.`,
    };
  }
  return slopeVerdict(verdict, peak);
}

/** `165 of 460 MB` */
function share(bytes: number, ofBytes: number): string {
  const [part, whole] = [formatMegabytes(bytes), formatMegabytes(ofBytes)];
  return `${whole.endsWith(' MB') ? part.replace(/ MB$/, '') : part} of ${whole}`;
}

function slopeVerdict(verdict: MemoryVerdict, peak: string): Verdict {
  const kind = overallVerdict(verdict);
  const { slope } = verdict.main;
  return {
    kind,
    title: verdictWords[kind],
    note: slope === null ? peak : `${formatSlope(slope)} · ${peak}`,
    explanation: `${processesText(verdict)} ${advice(kind, verdict)}`,
  };
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
  return `Over ${formatDuration(windowMs)}: ${parts.join('; ')}.`;
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
