import { setTimeout as wait } from 'node:timers/promises';

type Step = () => Promise<void> | void;

/** A process that cannot be ended in this time must not keep the others alive. */
const stepPatienceMs = 15_000;

/**
 * What has to be undone, newest first, when the bench or one of its measurements ends, fails, takes too long or
 * is interrupted. What is added afterwards, by somebody who has not noticed yet, is undone at once.
 */
export class Cleanup {
  readonly #steps = new Set<Step>();
  readonly #patienceMs: number;
  #running: Promise<void> | null = null;

  constructor(patienceMs: number = stepPatienceMs) {
    this.#patienceMs = patienceMs;
  }

  /** @returns does the step now, unless it was done already */
  add(step: Step): () => Promise<void> {
    if (this.#running !== null) {
      const done = this.#attempt(step);
      return () => done;
    }
    this.#steps.add(step);
    return async () => {
      if (this.#steps.delete(step)) await step();
    };
  }

  /** A part with an end of its own, which comes with that of the whole at the latest. */
  part(): Cleanup {
    const part = new Cleanup(this.#patienceMs);
    this.add(() => part.run());
    return part;
  }

  /** Does every step, also after one that failed or hangs. A second call waits for the first. */
  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    for (const step of [...this.#steps].reverse()) {
      this.#steps.delete(step);
      await this.#attempt(step);
    }
  }

  async #attempt(step: Step): Promise<void> {
    const patience = new AbortController();
    try {
      await Promise.race([step(), wait(this.#patienceMs, undefined, { signal: patience.signal })]);
    } catch {
      // One process that cannot be ended must not keep the others alive.
    } finally {
      patience.abort();
    }
  }
}
