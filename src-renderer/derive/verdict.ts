import type { Snapshot } from '../../src-main/contract/snapshot.js';
import type {
  FlatnessVerdict,
  MemoryOutcome,
  MemoryVerdict,
  ProcessVerdict,
} from '../../src-main/contract/verdict.js';
import { formatBytes } from '../format/bytes.js';

export type VerdictKind =
  'none' | 'warmingUp' | 'flat' | 'leaking' | 'undecided' | 'unreadable' | 'overBudget' | 'overCeiling';

export interface Verdict {
  readonly kind: VerdictKind;
  readonly title: string;
  /** A few words below the title. */
  readonly note: string;
  readonly explanation: string;
}

const titles: Readonly<Record<FlatnessVerdict, string>> = {
  flat: 'FLAT',
  leaking: 'LEAK',
  undecided: 'Undecided',
  unreadable: 'No verdict',
};

/** What can honestly be said of memory: whether it kept to its budget, and whether it grows. */
export function judgeMemory(snapshot: Snapshot | null): Verdict {
  if (snapshot === null || snapshot.memory.budgetBytes === null) {
    return {
      kind: 'none',
      title: 'No take',
      note: 'judged during a take',
      explanation: 'Memory is judged, by its budget and its slope, while a take runs.',
    };
  }
  const { rssBytes, peakRssBytes, budgetBytes, ceilingBytes } = snapshot.memory;
  const worst = Math.max(rssBytes, peakRssBytes);
  const peak = `peak ${Math.round(worst / 1e6)} of ${Math.round(budgetBytes / 1e6)} MB`;
  // Before the first track there are no files whose buffers the budget makes room for.
  if (worst > budgetBytes && snapshot.sinks.length > 0) {
    const explanation =
      rssBytes > budgetBytes
        ? `${formatBytes(rssBytes)} are used, ${formatBytes(rssBytes - budgetBytes)} more than the budget. The recording goes on.`
        : `Memory went above its budget during this take (${peak}) and came back.`;
    return { kind: 'overBudget', title: 'OVER BUDGET', note: peak, explanation };
  }
  if (ceilingBytes !== null && rssBytes > ceilingBytes) {
    return {
      kind: 'overCeiling',
      title: 'OVER CEILING',
      note: `${Math.round(rssBytes / 1e6)} of ${Math.round(ceilingBytes / 1e6)} MB`,
      explanation: `${formatBytes(rssBytes)} are used, more than the ceiling that was set, and within the take’s budget (${peak}). The recording goes on.`,
    };
  }
  const { verdict } = snapshot;
  if (verdict === null || verdict.windowMs === 0) {
    return {
      kind: 'warmingUp',
      title: 'Warming up',
      note: peak,
      explanation: `Within budget so far (${peak}). The slope is judged from a minute after the latest stream began.`,
    };
  }
  return slopeVerdict(verdict, peak);
}

function slopeVerdict(verdict: MemoryVerdict, peak: string): Verdict {
  const { main, ffmpeg, renderer } = verdict;
  const isLeaking = [main, ffmpeg, renderer].some((judged) => judged?.verdict === 'leaking');
  const kind = isLeaking ? 'leaking' : main.verdict;
  return {
    kind,
    title: titles[kind],
    note: main.slope === null ? peak : `${slopeText(main.slope)} · ${peak}`,
    explanation: `${processesText(verdict)} ${advice[kind]}`,
  };
}

/** What the readings of a run that is over allow to be said. */
export function outcomeText({ verdict }: Pick<MemoryOutcome, 'verdict'>): string {
  return verdict === null ? 'Memory was not judged.' : processesText(verdict);
}

function processesText({ main, ffmpeg, renderer, windowMs }: MemoryVerdict): string {
  const parts = [
    `recorder ${describe(main)}`,
    ...(ffmpeg === null ? [] : [`ffmpeg ${describe(ffmpeg)}`]),
    ...(renderer === null ? [] : [`window ${describe(renderer)}`]),
  ];
  return `Over ${Math.round(windowMs / 1000)} s: ${parts.join('; ')}.`;
}

const advice: Readonly<Record<FlatnessVerdict, string>> = {
  flat: 'Flat: the whole interval is below 1 MB/min.',
  leaking: 'Leak: a whole interval is above 0.5 MB/min.',
  undecided: 'Undecided: the readings allow both still. Half an hour decides most runs.',
  unreadable: 'Memory could not be read, so nothing is said.',
};

function describe({ verdict, slope }: ProcessVerdict): string {
  if (slope === null) return titles[verdict];
  const { lowerMbPerMinute, upperMbPerMinute } = slope;
  return `${titles[verdict]} (${slopeText(slope)}, 90 % interval ${signed(lowerMbPerMinute)} to ${signed(upperMbPerMinute)})`;
}

function slopeText({ mbPerMinute }: NonNullable<ProcessVerdict['slope']>): string {
  return `${signed(mbPerMinute)} MB/min`;
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return value < 0 && text !== '0.00' ? `−${text}` : `+${text}`;
}
