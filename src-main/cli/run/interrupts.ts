const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A terminal and npm both hand one Ctrl-C on: two signals this close are one key press. */
const sameKeyPressMs = 500;

/**
 * Ctrl-C and what means the same: the first asks for a proper end, a later one for an end at once. A
 * terminal that is closed (SIGHUP) ends the take properly, too.
 */
export class Interrupts {
  readonly #nowMs: () => number;
  readonly #onSecond: () => void;
  #resolveFirst: () => void = () => undefined;
  #lastAtMs: number | null = null;

  /** Resolves with the first one. */
  readonly first: Promise<void>;

  constructor(onSecond: () => void, nowMs: () => number = () => performance.now()) {
    this.#onSecond = onSecond;
    this.#nowMs = nowMs;
    this.first = new Promise((resolve) => {
      this.#resolveFirst = resolve;
    });
  }

  /** For the rest of the process's life: also leaving the room can be interrupted. */
  listen(): void {
    for (const signal of signals) process.on(signal, this.receive);
  }

  readonly receive = (): void => {
    const nowMs = this.#nowMs();
    const lastAtMs = this.#lastAtMs;
    if (lastAtMs !== null && nowMs - lastAtMs < sameKeyPressMs) return;
    this.#lastAtMs = nowMs;
    if (lastAtMs === null) this.#resolveFirst();
    else this.#onSecond();
  };
}
