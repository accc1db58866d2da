/** The highest memory of a take, held against the budget of its own moment: the budget follows the files. */
export class PeakMemory {
  #rssBytes = 0;
  #budgetBytes: number | null = null;
  #hasExceededBudget = false;

  /** A take begins. */
  reset(): void {
    this.#rssBytes = 0;
    this.#budgetBytes = null;
    this.#hasExceededBudget = false;
  }

  /** Takes a reading. @param budgetBytes null before the take's first file */
  add(rssBytes: number, budgetBytes: number | null): void {
    this.#hasExceededBudget ||= budgetBytes !== null && rssBytes > budgetBytes;
    if (rssBytes < this.#rssBytes) return;
    this.#rssBytes = rssBytes;
    this.#budgetBytes = budgetBytes;
  }

  /** As a snapshot has it, in bytes. */
  get reading(): { peakRssBytes: number; peakBudgetBytes: number | null; hasExceededBudget: boolean } {
    return {
      peakRssBytes: this.#rssBytes,
      peakBudgetBytes: this.#budgetBytes,
      hasExceededBudget: this.#hasExceededBudget,
    };
  }
}
