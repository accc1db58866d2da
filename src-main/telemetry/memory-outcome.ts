import type { Snapshot } from '../contract/snapshot.js';
import type { FlatnessVerdict, MemoryOutcome, MemoryStatus } from '../contract/verdict.js';

export const verdictWords = {
  flat: 'FLAT',
  leaking: 'LEAK',
  undecided: 'UNDECIDED',
  unreadable: 'NO VERDICT',
} as const satisfies Record<FlatnessVerdict, MemoryStatus>;

/** One word for all processes: a leak anywhere is a leak, and flat means that the recorder is. */
export function memoryStatus(known: Omit<MemoryOutcome, 'word'>): MemoryStatus {
  const { verdict, peakRssBytes, budgetBytes, exceededCeilingBytes } = known;
  if (budgetBytes !== null && peakRssBytes > budgetBytes) return 'OVER BUDGET';
  if (exceededCeilingBytes !== null) return 'OVER CEILING';
  if (verdict === null) return 'NO VERDICT';
  const isLeaking = [verdict.main, verdict.ffmpeg, verdict.renderer].some(
    (judged) => judged?.verdict === 'leaking',
  );
  return isLeaking ? 'LEAK' : verdictWords[verdict.main.verdict];
}

/**
 * What a snapshot of a running take says of memory; the last one is the run's outcome.
 *
 * @param before what the one before it said: a ceiling may be set, exceeded and lifted while a take runs
 */
export function memoryOutcome(
  { memory, verdict }: Pick<Snapshot, 'memory' | 'verdict'>,
  before: MemoryOutcome | null,
): MemoryOutcome {
  const { rssBytes, peakRssBytes, budgetBytes, ceilingBytes } = memory;
  const isAbove = ceilingBytes !== null && rssBytes > ceilingBytes;
  const exceededCeilingBytes = isAbove ? ceilingBytes : (before?.exceededCeilingBytes ?? null);
  const known = { verdict, peakRssBytes, budgetBytes, exceededCeilingBytes };
  return { word: memoryStatus(known), ...known };
}
