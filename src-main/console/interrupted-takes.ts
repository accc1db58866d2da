import { basename } from 'node:path';
import { inTime } from '../process/deadline.js';
import { findInterrupted } from '../recovery/find-interrupted.js';

/** A folder on a disk that does not answer is not waited for, in milliseconds. */
const patienceMs = 10_000;

/** The takes of the output folder that an earlier recorder left unfinished, for the console's banner. */
export class InterruptedTakes {
  readonly #onChanged: () => void;
  readonly #onUnchecked: (folders: readonly string[]) => void;
  #names: readonly string[] = [];
  #looks = 0;

  /** @param onUnchecked gets the folders of takes that ended in order and were not checked */
  constructor(onChanged: () => void, onUnchecked: (folders: readonly string[]) => void = () => undefined) {
    this.#onChanged = onChanged;
    this.#onUnchecked = onUnchecked;
  }

  /** The names of their folders, as they were found last. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Looks again. Never rejects; of two at once the later one counts. */
  async look(outputFolder: string): Promise<void> {
    this.#looks += 1;
    const look = this.#looks;
    const found = await inTime(findInterrupted(outputFolder), patienceMs);
    if (look !== this.#looks || !found.isInTime) return;
    const { orphans, unchecked } = found.value;
    // What is only to be checked needs nobody's decision.
    if (unchecked.length > 0) this.#onUnchecked(unchecked);
    const names = orphans
      .filter((folder) => !unchecked.includes(folder))
      .map((folder) => basename(folder))
      .toSorted();
    if (names.join('/') === this.#names.join('/')) return;
    this.#names = names;
    this.#onChanged();
  }
}
