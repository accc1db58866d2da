/** What the peak of a take is read from: a snapshot's memory. */
interface PeakReading {
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  readonly budgetBytes: number | null;
  readonly peakBudgetBytes?: number | null | undefined;
  readonly hasExceededBudget?: boolean | undefined;
}

/** The peak of a take, and what it has to be held against. */
export interface MemoryPeak {
  readonly rssBytes: number;
  /** The budget of that moment; null before the first file. */
  readonly budgetBytes: number | null;
  /** Memory was above the budget of its moment, now or earlier in the take. */
  readonly hasExceededBudget: boolean;
}

/**
 * The peak with the budget of its own moment. The budget follows the files: held against that of another moment, a peak
 * that was within would read as above, and the other way round.
 */
export function memoryPeak(memory: PeakReading): MemoryPeak {
  const { rssBytes, peakRssBytes, budgetBytes } = memory;
  const worst = Math.max(rssBytes, peakRssBytes);
  const peakBudget = memory.peakBudgetBytes === undefined ? budgetBytes : memory.peakBudgetBytes;
  const isOver = budgetBytes !== null && rssBytes > budgetBytes;
  const wasOver = memory.hasExceededBudget ?? (peakBudget !== null && worst > peakBudget);
  return {
    rssBytes: worst,
    budgetBytes: rssBytes > peakRssBytes ? budgetBytes : peakBudget,
    hasExceededBudget: isOver || wasOver,
  };
}
