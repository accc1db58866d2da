import { basename } from 'node:path';
import type { TakeCheck } from '../contract/takes.js';
import { hasComeFurther } from '../recorder/take-checks.js';
import { recoverTake } from '../recovery/recover-take.js';

/** Checks of takes that an earlier program had no time for: taken up one after the other, at low priority. */
export class ResumedChecks {
  readonly #onChanged: () => void;
  readonly #end = new AbortController();
  readonly #known = new Set<string>();
  #last: Promise<void> = Promise.resolve();
  #list: readonly TakeCheck[] = [];

  constructor(onChanged: () => void) {
    this.#onChanged = onChanged;
  }

  /** The one that is being checked, with how far it is. */
  get list(): readonly TakeCheck[] {
    return this.#list;
  }

  /** Checks takes, each of them once. @param folders of takes, with a file each that nobody has checked yet */
  resume(folders: readonly string[]): void {
    for (const folder of folders) {
      if (this.#known.has(folder)) continue;
      this.#known.add(folder);
      this.#last = this.#last.then(() => this.#check(folder));
    }
  }

  /** Checks a take that an earlier program has not checked; resolves when that is done, or cannot be. */
  async whenDone(folder: string): Promise<void> {
    this.resume([folder]);
    await this.#last;
  }

  /** Gives up: what is not checked can be taken up again. Resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#last;
  }

  /** Never rejects: what cannot be checked stays as it is, and the list of takes says so. */
  async #check(folder: string): Promise<void> {
    const { signal } = this.#end;
    if (signal.aborted) return;
    const takeName = basename(folder);
    const tell = (progress: Omit<TakeCheck, 'takeName'>): void => {
      if (!hasComeFurther(this.#list[0], progress)) return;
      this.#list = [{ takeName, ...progress }];
      this.#onChanged();
    };
    await recoverTake(folder, { signal, priority: 'belowNormal', onCheck: tell }).catch(() => undefined);
    this.#list = [];
    this.#onChanged();
  }
}
