import type { Snapshot } from '../../src-main/contract/snapshot.js';
import { formatBytes } from '../format/bytes.js';

export type VerdictKind = 'none' | 'warmingUp' | 'withinBudget' | 'overBudget';

export interface Verdict {
  readonly kind: VerdictKind;
  readonly title: string;
  readonly explanation: string;
}

/** Memory rises while the first pictures arrive and encoders start; nothing can be said about it before. */
const warmUpMs = 60_000;

/** What can honestly be said of memory from the numbers alone: whether it kept to its budget. */
export function judgeMemory(snapshot: Snapshot | null): Verdict {
  if (snapshot === null || snapshot.memory.budgetBytes === null) {
    return { kind: 'none', title: 'No take', explanation: 'Memory is judged while a take runs.' };
  }
  const { rssBytes, peakRssBytes, budgetBytes } = snapshot.memory;
  const worst = Math.max(rssBytes, peakRssBytes);
  const numbers = `peak ${formatBytes(worst)} of ${formatBytes(budgetBytes)}`;
  if (worst > budgetBytes) {
    const explanation =
      rssBytes > budgetBytes
        ? `${formatBytes(rssBytes)} are used, ${formatBytes(rssBytes - budgetBytes)} more than the budget. The recording goes on.`
        : `Memory went above its budget during this take (${numbers}) and came back.`;
    return { kind: 'overBudget', title: 'OVER BUDGET', explanation };
  }
  if (snapshot.takeMs !== null && snapshot.takeMs < warmUpMs) {
    return {
      kind: 'warmingUp',
      title: 'Warming up',
      explanation: `Within budget so far (${numbers}); judged after the first minute.`,
    };
  }
  return { kind: 'withinBudget', title: 'Within budget', explanation: numbers };
}
