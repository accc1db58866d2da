import type { Snapshot } from '../contract/snapshot.js';
import type { FlatnessVerdict, MemoryOutcome, MemoryWord } from '../contract/verdict.js';

export const verdictWords = {
  flat: 'FLAT',
  leaking: 'LEAK',
  undecided: 'UNDECIDED',
  unreadable: 'NO VERDICT',
} as const satisfies Record<FlatnessVerdict, MemoryWord>;

/** One word for all processes: a leak anywhere is a leak, and flat means that the recorder is. */
export function memoryWord({ verdict, peakRssBytes, budgetBytes }: Omit<MemoryOutcome, 'word'>): MemoryWord {
  if (budgetBytes !== null && peakRssBytes > budgetBytes) return 'OVER BUDGET';
  if (verdict === null) return 'NO VERDICT';
  const isLeaking = [verdict.main, verdict.ffmpeg, verdict.renderer].some(
    (judged) => judged?.verdict === 'leaking',
  );
  return isLeaking ? 'LEAK' : verdictWords[verdict.main.verdict];
}

/** What a snapshot of a running take says of memory; the last one is the run's outcome. */
export function memoryOutcome({ memory, verdict }: Pick<Snapshot, 'memory' | 'verdict'>): MemoryOutcome {
  const { peakRssBytes, budgetBytes } = memory;
  const known = { verdict, peakRssBytes, budgetBytes };
  return { word: memoryWord(known), ...known };
}
