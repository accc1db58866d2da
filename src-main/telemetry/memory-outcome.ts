import { memoryPeak } from '../contract/memory-peak.js';
import type { Snapshot } from '../contract/snapshot.js';
import type { MemoryOutcome } from '../contract/verdict.js';
import { memoryStatus } from '../contract/verdict-rules.js';

/**
 * What a snapshot of a running take says of memory; the last one is the run's outcome.
 *
 * @param before what the one before it said: a ceiling may be set, exceeded and lifted while a take runs
 */
export function memoryOutcome(
  { memory, verdict }: Pick<Snapshot, 'memory' | 'verdict'>,
  before: MemoryOutcome | null,
): MemoryOutcome {
  const { rssBytes, ceilingBytes } = memory;
  const { rssBytes: peakRssBytes, budgetBytes, hasExceededBudget } = memoryPeak(memory);
  const isAbove = ceilingBytes !== null && rssBytes > ceilingBytes;
  const exceededCeilingBytes = isAbove ? ceilingBytes : (before?.exceededCeilingBytes ?? null);
  const known = { verdict, peakRssBytes, budgetBytes, hasExceededBudget, exceededCeilingBytes };
  return { word: memoryStatus(known), ...known };
}
