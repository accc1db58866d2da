import { basename } from 'node:path';
import type { DeliverableSettings } from '../../contract/deliverables.js';
import { PlateauError, toPlateauError } from '../../contract/errors.js';
import type { DeliveredFile } from '../../deliver/deliver-folder.js';
import type { deliverApart } from '../../deliver/process/deliver-apart.js';
import type { CommandConsole } from '../output/command-console.js';
import { printable } from '../output/printable.js';
import { fileLines, lastLine, progressTeller } from './delivery-telling.js';

/** Makes the work, or stands for it in a test. */
type Deliver = (
  ...args: Parameters<typeof deliverApart>
) => Promise<Pick<Awaited<ReturnType<typeof deliverApart>>, 'files' | 'folder'>>;

/** Loaded when there is something to be made. */
const deliverWhenLoaded: Deliver = async (...args) =>
  (await import('../../deliver/process/deliver-apart.js')).deliverApart(...args);

/** What became of the MP4 files of one take. */
export interface TakeDelivery {
  readonly files: readonly DeliveredFile[];
  /** Why not all of them are there; null when they are. */
  readonly problem: PlateauError | null;
}

/**
 * The MP4 files of the takes that one command records: of one take after the other, in a process of its own at the lowest
 * priority, beside a next take. The command waits for them when nothing is recorded any more.
 */
export class TakeDeliveries {
  readonly #console: CommandConsole;
  readonly #settings: DeliverableSettings;
  readonly #deliver: Deliver;
  readonly #end = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #hasFailed = false;
  #pending = 0;
  #isWaitedFor = false;

  constructor(console: CommandConsole, settings: DeliverableSettings, deliver: Deliver = deliverWhenLoaded) {
    this.#deliver = deliver;
    this.#console = console;
    this.#settings = settings;
  }

  /** Whether of a take not all of them are there. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** How many takes do not have theirs yet. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Makes them when those of the takes before are made.
   *
   * @param onEnd hears what became of them, once
   */
  add(takePath: string, onEnd: (delivery: TakeDelivery) => void): void {
    this.#pending += 1;
    this.#last = this.#last.then(async () => {
      const delivery = await this.#make(takePath);
      this.#pending -= 1;
      this.#hasFailed ||= delivery.problem !== null;
      onEnd(delivery);
    });
  }

  /** Waits until all are made, or {@link end} was called. The terminal is theirs from now on. */
  async done(): Promise<void> {
    this.#isWaitedFor = true;
    await this.#last;
    this.#isWaitedFor = false;
  }

  /** Ends what runs in order, and begins nothing: `plateau deliver` goes on. @returns whether there was anything to end */
  end(): boolean {
    if (this.#pending === 0 || this.#end.signal.aborted) return false;
    this.#end.abort();
    return true;
  }

  /** Never rejects. */
  async #make(takePath: string): Promise<TakeDelivery> {
    const console = this.#console;
    const takeName = basename(takePath);
    const { signal } = this.#end;
    if (signal.aborted) return { files: [], problem: notMade(takeName, 'Ctrl-C came first.') };
    if (this.#isWaitedFor) console.say(`Making MP4 files of ${printable(takeName)}...`);
    try {
      const { files, folder } = await this.#deliver(takePath, {
        ...{ settings: this.#settings, signal },
        onProgress: progressTeller(console, () => this.#isWaitedFor, takeName),
      });
      this.#clear();
      console.say(`MP4 of ${printable(takeName)}:`);
      for (const line of files.flatMap(fileLines)) console.say(line);
      console.say(lastLine(files, folder));
      const failed = files.filter(({ error }) => error !== null);
      const [first] = failed;
      return { files, problem: first === undefined ? null : notMade(takeName, first.error?.message ?? '') };
    } catch (thrown) {
      this.#clear();
      const why = this.#end.signal.aborted ? 'It was ended by Ctrl-C.' : toPlateauError(thrown).message;
      return { files: [], problem: notMade(takeName, why) };
    }
  }

  #clear(): void {
    if (this.#isWaitedFor) this.#console.showLive([]);
  }
}

function notMade(takeName: string, why: string): PlateauError {
  return new PlateauError(
    'deliverablesIncomplete',
    `Not every MP4 file of ${takeName} was made. ${why}`,
    'The take is as it was. `plateau deliver` on its folder makes what is missing, and goes on where it was.',
  );
}
