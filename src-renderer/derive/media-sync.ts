/**
 * How the files of a take are kept together while they play: one of them leads, and the others are steered to it.
 *
 * A file that is 40 ms off is heard as an echo of the same voice in another microphone. Steering begins far below that, and
 * ends close to zero, so that it does not begin again at once. What is further off than 250 ms would be heard for seconds
 * while it is steered: it is put where it belongs.
 */
export const syncRules = {
  steerFromMs: 15,
  steadyBelowMs: 4,
  seekFromMs: 250,
  /** A file is played so much faster or slower at most; pitch is kept. */
  maxRateChange: 0.08,
  /** What is off is steered away in about this time. */
  settleMs: 600,
} as const;

/** What is done with a file that plays beside the leader. */
export type Correction = { readonly kind: 'rate'; readonly rate: number } | { readonly kind: 'seek' };

/**
 * What brings a file to the leader.
 *
 * @param driftMs how far it is ahead; negative when it is behind
 * @param rate at which it plays now: what is being steered is steered until it is steady
 */
export function correctionOf(driftMs: number, rate: number): Correction {
  const { maxRateChange, seekFromMs, settleMs, steadyBelowMs, steerFromMs } = syncRules;
  const size = Math.abs(driftMs);
  if (size > seekFromMs) return { kind: 'seek' };
  if (size < (rate === 1 ? steerFromMs : steadyBelowMs)) return { kind: 'rate', rate: 1 };
  const change = Math.min(maxRateChange, Math.max(-maxRateChange, driftMs / settleMs));
  return { kind: 'rate', rate: 1 - change };
}
