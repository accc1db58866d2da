/** As a snapshot has it, in bytes. */
export interface PeakReading {
  readonly peakRssBytes: number;
  /** Null before the first file. */
  readonly peakBudgetBytes: number | null;
  readonly hasExceededBudget: boolean;
}

/** The highest memory of a take, held against the budget of its own moment: the budget follows the files. */
export class PeakMemory {
  #rssBytes = 0;
  #budgetBytes: number | null = null;
  #hasExceededBudget = false;

  /** Takes a reading. @param budgetBytes null before the take's first file */
  add(rssBytes: number, budgetBytes: number | null): void {
    this.#hasExceededBudget ||= budgetBytes !== null && rssBytes > budgetBytes;
    if (rssBytes < this.#rssBytes) return;
    this.#rssBytes = rssBytes;
    this.#budgetBytes = budgetBytes;
  }

  /** What it comes to by now. */
  get reading(): PeakReading {
    return {
      peakRssBytes: this.#rssBytes,
      peakBudgetBytes: this.#budgetBytes,
      hasExceededBudget: this.#hasExceededBudget,
    };
  }
}
