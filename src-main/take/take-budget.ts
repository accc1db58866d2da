import type { BudgetChange } from '../contract/session.js';
import { earlierConnections } from '../livekit/leaked-connections.js';
import { type Budget, computeBudget, type StreamShape } from '../telemetry/budget.js';
import type { NdjsonFile } from '../telemetry/ndjson-file.js';

/** What a take may use at most, with the files that it has at the moment; each change is a line of its telemetry. */
export class TakeBudget {
  readonly #telemetry: Pick<NdjsonFile, 'write'>;
  #budget: Budget = computeBudget([], earlierConnections().bytes);

  /** @param telemetry owned by the take */
  constructor(telemetry: Pick<NdjsonFile, 'write'>) {
    this.#telemetry = telemetry;
  }

  /** As it was computed last. */
  get current(): Budget {
    return this.#budget;
  }

  /** Computes it anew. @param files those that are open @param takeMs milliseconds on the take's timeline */
  update(files: readonly StreamShape[], takeMs: number): void {
    this.#budget = computeBudget(files, earlierConnections().bytes);
    const { totalBytes, lines } = this.#budget;
    this.#telemetry.write({
      schema: 'plateau.budget/1',
      at: new Date().toISOString(),
      takeMs: Math.round(takeMs),
      totalBytes,
      lines: [...lines],
    } satisfies BudgetChange);
  }
}
