import type { Snapshot } from '../../src-main/contract/snapshot.js';
import { formatBytes } from '../format/bytes.js';

export type VerdictKind = 'none' | 'warmingUp' | 'withinBudget' | 'overBudget';

export interface Verdict {
  readonly kind: VerdictKind;
  readonly title: string;
  /** A few words below the title. */
  readonly note: string;
  readonly explanation: string;
}

/** Memory rises while the first pictures arrive and encoders start; nothing can be said about it before. */
const warmUpMs = 60_000;

/** What can honestly be said of memory from the numbers alone: whether it kept to its budget. */
export function judgeMemory(snapshot: Snapshot | null): Verdict {
  if (snapshot === null || snapshot.memory.budgetBytes === null) {
    return {
      kind: 'none',
      title: 'No take',
      note: 'judged during a take',
      explanation: 'Memory has a budget, and is judged by it, while a take runs.',
    };
  }
  const { rssBytes, peakRssBytes, budgetBytes } = snapshot.memory;
  const worst = Math.max(rssBytes, peakRssBytes);
  const note = `peak ${Math.round(worst / 1e6)} of ${Math.round(budgetBytes / 1e6)} MB`;
  if (worst > budgetBytes) {
    const explanation =
      rssBytes > budgetBytes
        ? `${formatBytes(rssBytes)} are used, ${formatBytes(rssBytes - budgetBytes)} more than the budget. The recording goes on.`
        : `Memory went above its budget during this take (${note}) and came back.`;
    return { kind: 'overBudget', title: 'OVER BUDGET', note, explanation };
  }
  if (snapshot.takeMs !== null && snapshot.takeMs < warmUpMs) {
    return {
      kind: 'warmingUp',
      title: 'Warming up',
      note,
      explanation: `Within budget so far (${note}); judged after the first minute.`,
    };
  }
  return {
    kind: 'withinBudget',
    title: 'Within budget',
    note,
    explanation: `Memory has not been above its budget in this take (${note}).`,
  };
}
