import type { DeliveryProgress, DeliveryResult } from '../contract/deliverables.js';
import { PlateauError } from '../contract/errors.js';
import { alreadyDelivering } from '../contract/refusal.js';
import { type DeliverProgress, deliverTake } from '../deliver/deliver-take.js';
import { TimeLeft } from '../deliver/time-left.js';

/** As editors take them; the command line has others. */
const settings = { fps: 30, size: 'source' } as const;
/** What is told of again. */
const leastStep = 0.01;

/** Makes the work: `deliverTake`, or what stands for it in a test. */
export type Deliver = typeof deliverTake;

/** The MP4 files behind the console's button: of one take at a time, for all consoles. */
export class ConsoleDelivery {
  readonly #onChanged: () => void;
  readonly #deliver: Deliver;
  #running: { readonly end: AbortController; readonly done: Promise<unknown> } | null = null;
  #progress: DeliveryProgress | null = null;

  constructor(onChanged: () => void, deliver: Deliver = deliverTake) {
    this.#onChanged = onChanged;
    this.#deliver = deliver;
  }

  /** How far it is; null while nothing is made. */
  get progress(): DeliveryProgress | null {
    return this.#progress;
  }

  /**
   * Makes what is missing, and resolves when it is proven or somebody has canceled it.
   *
   * @throws PlateauError `invalidState` while another one runs, and what {@link deliverTake} throws
   */
  async start(takeName: string, folder: string): Promise<DeliveryResult> {
    if (this.#running !== null) {
      const { code, hint, reason } = alreadyDelivering;
      throw new PlateauError(code, reason, hint);
    }
    const end = new AbortController();
    const work = this.#make(takeName, folder, end.signal);
    this.#running = { end, done: work.catch(() => undefined) };
    this.#tell({ takeName, file: '', number: 0, files: 0, fraction: 0, leftMs: null });
    try {
      return await work;
    } finally {
      this.#running = null;
      this.#tell(null);
    }
  }

  /** Ends what runs: finished files are kept. */
  cancel(): void {
    this.#running?.end.abort();
  }

  /** Ends what runs, for whoever ends the program. Resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.cancel();
    await this.#running?.done;
  }

  async #make(takeName: string, folder: string, signal: AbortSignal): Promise<DeliveryResult> {
    const left = new TimeLeft();
    try {
      const { files } = await this.#deliver(folder, {
        ...{ settings, priority: 'belowNormal', signal },
        onProgress: (progress) => this.#cameTo(takeName, progress, left),
      });
      const failed = files.flatMap(({ error, file }) =>
        error === null ? [] : [`${file}: ${error.message}`],
      );
      const there = files.filter(({ outcome }) => outcome === 'made' || outcome === 'kept').length;
      return { files: there, problems: failed, isCanceled: false };
    } catch (thrown) {
      if (signal.aborted) return { files: 0, problems: [], isCanceled: true };
      throw thrown;
    }
  }

  #cameTo(takeName: string, { file, files, fraction, number }: DeliverProgress, left: TimeLeft): void {
    const leftMs = left.at(fraction);
    const before = this.#progress;
    if (before?.file === file && fraction - before.fraction < leastStep) return;
    this.#tell({ takeName, file, number, files, fraction, leftMs });
  }

  #tell(progress: DeliveryProgress | null): void {
    this.#progress = progress;
    this.#onChanged();
  }
}
