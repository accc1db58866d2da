import type { LowPriority } from '../process/low-priority.js';

/** How a piece of work is done: at which priority, and until when. */
export interface WorkPace {
  /** The usual one when undefined. */
  readonly priority: LowPriority | undefined;
  /** Aborted when it is to be done faster; null of what is done as fast as may be. */
  readonly until: AbortSignal | null;
}

/**
 * Work that is done once for each name, at low priority, and anew at the usual one as soon as somebody waits for it: what is done at low
 * priority gets next to nothing of a busy machine.
 */
export class SlowWork<Value> {
  readonly #works = new Map<string, Promise<Value>>();
  readonly #unfinished = new Set<string>();
  /** Those that were ended: their successors write the same files. */
  readonly #ended = new Map<string, Promise<unknown>>();
  readonly #slow = new AbortController();

  /** What was begun under a name, or begins now; one that failed is begun anew. */
  once(name: string, work: (pace: WorkPace) => Promise<Value>): Promise<Value> {
    const known = this.#works.get(name);
    if (known !== undefined) return known;
    const { signal } = this.#slow;
    const pace: WorkPace = signal.aborted
      ? { priority: undefined, until: null }
      : { priority: 'belowNormal', until: signal };
    const pending = Promise.allSettled([this.#ended.get(name)]).then(() => work(pace));
    this.#works.set(name, pending);
    this.#unfinished.add(name);
    pending.then(
      () => this.#unfinished.delete(name),
      () => {
        if (this.#works.get(name) !== pending) return;
        this.#works.delete(name);
        this.#unfinished.delete(name);
      },
    );
    return pending;
  }

  /** Ends what is done at low priority: it is begun anew when it is asked for. Idempotent. */
  hasten(): void {
    if (this.#slow.signal.aborted) return;
    for (const name of this.#unfinished) {
      const slow = this.#works.get(name);
      this.#works.delete(name);
      if (slow !== undefined) this.#ended.set(name, slow);
    }
    this.#unfinished.clear();
    this.#slow.abort();
  }

  /** Names of all that was begun, and has not failed by itself. */
  get names(): readonly string[] {
    return [...this.#works.keys(), ...this.#ended.keys()];
  }

  /** Waits until nothing is done any more. Never rejects. */
  async end(): Promise<void> {
    await Promise.allSettled([...this.#works.values(), ...this.#ended.values()]);
  }
}
