import type { TakeCondition } from '../../src-main/contract/takes.js';

const reasons: Readonly<Partial<Record<TakeCondition, string>>> = {
  recording: 'The take is being recorded.',
  elsewhere: 'The take is being recorded elsewhere.',
  checking: 'The take is being checked.',
};

/** Why a take cannot be verified or deleted now: somebody works on it. Null when nobody does. */
export function busyReason(condition: TakeCondition): string | null {
  return reasons[condition] ?? null;
}

/** Why the markers of a take cannot be changed now, or null: nobody may be about to write its manifest. */
export function markersReason(condition: TakeCondition): string | null {
  if (condition === 'interrupted') return 'Recover the take first.';
  if (condition === 'unchecked') return 'Verify the take first.';
  return busyReason(condition);
}
