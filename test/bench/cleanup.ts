type Step = () => Promise<void> | void;

/** What has to be undone, newest first, when the bench ends, fails or is interrupted. */
export class Cleanup {
  readonly #steps = new Set<Step>();
  #running: Promise<void> | null = null;

  /** @returns does the step now, unless it was done already */
  add(step: Step): () => Promise<void> {
    this.#steps.add(step);
    return async () => {
      if (this.#steps.delete(step)) await step();
    };
  }

  /** Does every step, also after one that failed. A second call waits for the first. */
  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    for (const step of [...this.#steps].reverse()) {
      this.#steps.delete(step);
      try {
        await step();
      } catch {
        // One process that cannot be ended must not keep the others alive.
      }
    }
  }
}
