/** How long the other process may take to make a token, in milliseconds: one that is blocked makes none. */
const patienceMs = 2_000;

/**
 * Tokens for the sessions of a receiver: the first one is there, another is asked for. When none comes in time, the newest one
 * has to do, which servers accept for minutes.
 */
export class SessionTokens {
  #newest: string;
  readonly #ask: () => void;
  readonly #patienceMs: number;
  #isUsed = false;
  #answered: () => void = () => undefined;

  constructor(first: string, ask: () => void, patience = patienceMs) {
    this.#newest = first;
    this.#ask = ask;
    this.#patienceMs = patience;
  }

  /** For the next session. Never rejects. */
  async next(): Promise<string> {
    if (this.#isUsed) await this.#fresh();
    this.#isUsed = true;
    return this.#newest;
  }

  /** One that was asked for. */
  came(token: string): void {
    this.#newest = token;
    this.#answered();
  }

  #fresh(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#patienceMs);
      this.#answered = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#ask();
    });
  }
}
