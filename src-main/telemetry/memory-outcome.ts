import { memoryPeak } from '../contract/memory-peak.js';
import type { Snapshot } from '../contract/snapshot.js';
import type { MemoryOutcome } from '../contract/verdict.js';
import { memoryStatus } from '../contract/verdict-rules.js';
import type { PeakReading } from './peak-memory.js';

/**
 * What a snapshot of a take says of memory; the last one, when its files play, is the run's outcome. Once the recording has ended
 * only its peak may still change: what is done then is judged by nothing but the budget.
 *
 * @param before what the one before it said: a ceiling may be set, exceeded and lifted while a take runs
 */
export function memoryOutcome(
  { memory, state, verdict }: Pick<Snapshot, 'memory' | 'state' | 'verdict'>,
  before: MemoryOutcome | null,
): MemoryOutcome {
  const { rssBytes, ceilingBytes } = memory;
  const peak = memoryPeak(memory);
  const isRecorded = state === 'recording';
  const isAbove = isRecorded && ceilingBytes !== null && rssBytes > ceilingBytes;
  const known = {
    verdict: isRecorded ? verdict : (before?.verdict ?? null),
    exceededCeilingBytes: isAbove ? ceilingBytes : (before?.exceededCeilingBytes ?? null),
  };
  const { hasExceededBudget, budgetBytes: peakBudgetBytes, rssBytes: peakRssBytes } = peak;
  return outcomeWith(known, { hasExceededBudget, peakBudgetBytes, peakRssBytes });
}

/** The same with a later peak. */
export function outcomeWith(
  { exceededCeilingBytes, verdict }: Pick<MemoryOutcome, 'exceededCeilingBytes' | 'verdict'>,
  { hasExceededBudget, peakBudgetBytes: budgetBytes, peakRssBytes }: PeakReading,
): MemoryOutcome {
  const known = { verdict, peakRssBytes, budgetBytes, hasExceededBudget, exceededCeilingBytes };
  return { word: memoryStatus(known), ...known };
}
