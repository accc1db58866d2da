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

  /** Who is recorded, as whoever decides it elsewhere has to know it: `only` is null for everybody. */
  get armed(): { readonly only: string[] | null; readonly except: string[] } {
    return {
      only: this.#only === null ? null : [...this.#only, ...this.#added],
      except: [...this.#except].filter((identity) => !this.#added.has(identity)),
    };
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
