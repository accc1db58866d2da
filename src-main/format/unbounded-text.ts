import type { Show, UnboundedStopReason } from '../contract/unbounded.js';
import { formatBytes } from './bytes.js';

/** Why the recorder without caps has ended, in a few words. */
export const unboundedStopTexts: Readonly<Record<UnboundedStopReason, string>> = {
  memory: 'safety stop reached',
  time: 'time limit reached',
  asked: 'stopped',
  takeEnded: 'take ended',
  silent: 'not responding',
  failed: 'failed',
};

/** `, within its budget of 460 MB`; nothing without a budget. */
export function budgetKept(peakRssBytes: number, budgetBytes: number | null): string {
  if (budgetBytes === null) return '';
  return `, ${peakRssBytes <= budgetBytes ? 'within' : 'ABOVE'} its budget of ${formatBytes(budgetBytes)}`;
}

/** What both recorders came to, in one sentence with two numbers. */
export function showSentence(outcome: NonNullable<Show['outcome']>): string {
  const { peakRssBytes, budgetBytes, unboundedPeakRssBytes, unboundedStopReason } = outcome;
  const stopped = unboundedStopReason === 'memory' ? ', where it was stopped' : '';
  return `While no encoder worked, the recorder with caps needed ${formatBytes(peakRssBytes)}${budgetKept(peakRssBytes, budgetBytes)}; the same without caps reached ${formatBytes(unboundedPeakRssBytes)}${stopped}.`;
}
