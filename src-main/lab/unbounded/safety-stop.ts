import type { UnboundedStopReason } from '../../contract/unbounded.js';

/** Of the memory that is free at the start, the part that may be taken at most. */
const freeShare = 0.5;
/** Below this there is nothing to be seen: the process itself needs most of it. */
export const leastStopBytes = 200_000_000;
/** Checks without a word from the process after which nobody knows what it holds. */
const maxSilentChecks = 15;

/**
 * The RSS at which the process without caps is ended: what was asked for, and never more than half of what is
 * free, for the take must not pay for it.
 *
 * @returns null when so little is free that it must not be started at all
 */
export function stopLimitBytes(askedBytes: number, freeBytes: number): number | null {
  const stopAtBytes = Math.floor(Math.min(askedBytes, freeBytes * freeShare));
  return stopAtBytes < leastStopBytes ? null : stopAtBytes;
}

/** What is known of the process at one check. */
export interface UnboundedReading {
  /** The larger of what was read of it and what it told. */
  readonly rssBytes: number;
  readonly stopAtBytes: number;
  /** Checks since it last told anything: counted, for a blocked event loop of ours must not look like its silence. */
  readonly silentChecks: number;
  readonly elapsedMs: number;
  readonly endsAfterMs: number;
}

/** Why it has to end now; null while it may go on. */
export function reasonToStop(reading: UnboundedReading): UnboundedStopReason | null {
  if (reading.rssBytes >= reading.stopAtBytes) return 'memory';
  if (reading.silentChecks >= maxSilentChecks) return 'silent';
  return reading.elapsedMs >= reading.endsAfterMs ? 'time' : null;
}

/** How many of `people` are recorded a second time: encoders for all of them would starve the take itself. */
export function peopleFor(people: number, logicalCpuCount: number): number {
  return Math.min(people, Math.max(1, Math.floor(logicalCpuCount / 2)));
}
