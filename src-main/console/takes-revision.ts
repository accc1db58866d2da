import type { CommandName } from '../contract/console.js';

/** By these the takes of the output folder, or its trash, become others than a list says; also when they failed half way. */
const changing: ReadonlySet<CommandName> = new Set<CommandName>([
  'changeMarker',
  'deleteTake',
  'describeTake',
  'emptyTrash',
  'recoverTake',
  'restoreTake',
  'saveReplay',
  'verifyTake',
]);

/** Tells every console that its list of takes is out of date: one of them may have changed what another one shows. */
export class TakesRevision {
  readonly #onChanged: () => void;
  #count = 0;

  /** @param onChanged the count has grown */
  constructor(onChanged: () => void) {
    this.#onChanged = onChanged;
  }

  /** How often takes were changed. */
  get count(): number {
    return this.#count;
  }

  /** A command has ended, in whatever way. */
  after(command: CommandName): void {
    if (changing.has(command)) this.changed();
  }

  /** Takes were changed without a command. */
  changed(): void {
    this.#count += 1;
    this.#onChanged();
  }
}
