import type { TakeRequest } from '../contract/recording.js';

/** Who is recorded in a take: as it was asked for, and whoever was added while it runs. Nobody is taken out. */
export class TakeSelection {
  /** Null for everybody. */
  readonly #only: ReadonlySet<string> | null;
  readonly #except: ReadonlySet<string>;
  readonly #added = new Set<string>();

  constructor({ except, participants }: Pick<TakeRequest, 'except' | 'participants'>) {
    this.#only = participants === null ? null : new Set(participants);
    this.#except = new Set(except);
  }

  /** Whether somebody is recorded, with everything they publish. */
  isArmed(identity: string): boolean {
    return this.#added.has(identity) || ((this.#only?.has(identity) ?? true) && !this.#except.has(identity));
  }

  /** Records somebody as well, from now on. */
  add(identity: string): void {
    this.#added.add(identity);
  }
}
