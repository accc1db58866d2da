import { budgetEvent, type BudgetTerm } from '../contract/budget-terms.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { BudgetChange } from '../contract/session.js';
import { earlierConnections } from '../livekit/leaked-connections.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import { baselineBytes, type Budget, type BudgetLine, computeBudget } from '../telemetry/budget.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { KeptMemory, nothingKept } from '../telemetry/kept-memory.js';
import type { NdjsonFile } from '../telemetry/ndjson-file.js';
import { type ExplainedBudget, explainStep } from './budget-steps.js';
import type { FileShape } from './stream-shape.js';

/** The files of a take, as its budget sees them. */
export interface BudgetedFiles {
  readonly open: readonly FileShape[];
  /** Packets of each stream of earlier takes that are being checked. */
  readonly checkedPackets?: readonly number[];
  /** What the replay buffer may hold; nothing while it is off. */
  readonly replayBytes?: number | undefined;
  /** Whether a second copy of the take is made. */
  readonly hasBackup?: boolean | undefined;
  /** Buffers of files that are not encoded. */
  readonly others?: readonly BudgetLine[];
}

/** What is given back is told in steps that are seen on a chart. In bytes. */
const leastGivenBackBytes = 16 * 1024 * 1024;

/** Packets of each stream of some files, as their encoders wrote them. */
export function packetsOf(files: readonly Pick<ManifestFile, 'segments'>[]): number[] {
  return files.flatMap(({ segments }) =>
    (['video', 'audio'] as const).map((stream) =>
      segments.reduce((sum, { packets }) => sum + (packets?.[stream]?.packets ?? 0), 0),
    ),
  );
}

/** What a take may use at most, with the files that it has at the moment; each change is a line of its telemetry, and why is an event. */
export class TakeBudget {
  readonly #telemetry: Pick<NdjsonFile, 'write'>;
  readonly #clock: Pick<TakeClock, 'nowMs'>;
  readonly #report: Pick<EventReporter, 'info'>;
  readonly #files: () => BudgetedFiles;
  readonly #kept: KeptMemory;
  #budget: Budget;
  #largestBytes: number;
  #recorded: BudgetedFiles = { open: [] };
  #finalizedPackets: readonly number[] = [];
  #told: ExplainedBudget;
  #isTelling = false;

  /**
   * @param telemetry owned by the take
   * @param report hears why it has changed
   * @param rssBytes resident memory at the take's start, without what the replay buffer holds
   * @param files asked at each {@link TakeBudget.update}
   */
  constructor(
    telemetry: Pick<NdjsonFile, 'write'>,
    clock: Pick<TakeClock, 'nowMs'>,
    report: Pick<EventReporter, 'info'>,
    rssBytes: number,
    files: () => BudgetedFiles,
  ) {
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#files = files;
    this.#report = report;
    this.#kept = new KeptMemory(rssBytes, () => baselineBytes + earlierConnections().bytes);
    this.#budget = this.#withFiles();
    this.#largestBytes = this.#budget.totalBytes;
    this.#told = { budget: this.#budget, open: [] };
  }

  /** As it was computed last. */
  get current(): Budget {
    return this.#budget;
  }

  /** The largest of the take in bytes: what a peak of the take can be held against when files have closed. */
  get largestBytes(): number {
    return this.#largestBytes;
  }

  /** Computes it anew: a file was opened or has closed, or a connection was replaced. */
  update(): void {
    this.#recorded = this.#files();
    this.#compute();
  }

  /**
   * Sees what memory is by now: the budget follows it down once files have closed.
   *
   * @param rssBytes resident memory without what the replay buffer holds
   */
  settle(rssBytes: number): void {
    this.#kept.settle(rssBytes);
    const { beforeBytes, closedBytes } = this.#kept.bytes;
    const told = this.#budget.lines.reduce((sum, { buffer, bytes }) => sum + (isKept(buffer) ? bytes : 0), 0);
    if (told - beforeBytes - closedBytes >= leastGivenBackBytes) this.#compute();
  }

  /**
   * Makes room for the packets that finalizing compares. What files were recorded with stays in it: the system is not
   * given back at once what they needed.
   *
   * @param packets of the files that are finalized, of each stream
   */
  finalize(packets: readonly number[]): void {
    this.#finalizedPackets = packets;
    this.#compute();
  }

  /** With what is kept of buffers, or of those at their caps alone. */
  #withFiles(kept = this.#kept.bytes): Budget {
    const { checkedPackets: checked = [], hasBackup, open, others = [], replayBytes } = this.#recorded;
    const beside = { finalized: this.#finalizedPackets, checked, replayBytes, hasBackup, others };
    return computeBudget(open, earlierConnections().bytes, beside, kept);
  }

  #compute(): void {
    this.#kept.setCaps(this.#withFiles(nothingKept).totalBytes);
    this.#budget = this.#withFiles();
    const { encoderBytes, lines, totalBytes } = this.#budget;
    this.#largestBytes = Math.max(this.#largestBytes, totalBytes);
    this.#telemetry.write({
      schema: 'plateau.budget/1',
      at: new Date().toISOString(),
      takeMs: Math.round(this.#clock.nowMs()),
      totalBytes,
      lines: [...lines],
      encoderBytes,
    } satisfies BudgetChange);
    this.#tellSoon();
  }

  /** What begins at once, as everybody's files do with the take, is one step. */
  #tellSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      const now = { budget: this.#budget, open: this.#recorded.open };
      const step = explainStep(this.#told, now);
      if (step === null) return;
      this.#told = now;
      const { encoderBytes, lines, totalBytes } = this.#budget;
      this.#report.info(budgetEvent, step.message, null, {
        ...Object.fromEntries(lines.map(({ buffer, bytes }) => [buffer, Math.round(bytes)])),
        ...{ totalBytes: Math.round(totalBytes), encoderBytes, label: step.label },
      });
    });
  }
}

function isKept(term: BudgetTerm): boolean {
  return term === 'in use before the take' || term === 'closed files, not given back';
}
