const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A terminal and npm both hand one Ctrl-C on: two signals this close are one key press. */
const sameKeyPressMs = 500;

/**
 * Ctrl-C and what means the same: the first asks for a proper end, a later one for an end at once. A
 * terminal that is closed (SIGHUP) ends the take properly, too.
 */
export class Interrupts {
  readonly #shutdown = new AbortController();
  readonly #nowMs: () => number;
  readonly #onSecond: () => void;
  #lastAtMs: number | null = null;

  /**
   * @param onSecond called for every interrupt after the first
   * @param nowMs a clock that never goes back, in milliseconds
   */
  constructor(onSecond: () => void, nowMs: () => number = () => performance.now()) {
    this.#onSecond = onSecond;
    this.#nowMs = nowMs;
  }

  /** Aborted by the first interrupt. */
  get shutdownSignal(): AbortSignal {
    return this.#shutdown.signal;
  }

  /** For the rest of the process's life: also leaving the room can be interrupted. */
  listen(): void {
    for (const signal of signals) process.on(signal, this.receive);
  }

  /** One signal; public for tests. */
  readonly receive = (): void => {
    const nowMs = this.#nowMs();
    const lastAtMs = this.#lastAtMs;
    if (lastAtMs !== null && nowMs - lastAtMs < sameKeyPressMs) return;
    this.#lastAtMs = nowMs;
    if (lastAtMs === null) this.#shutdown.abort();
    else this.#onSecond();
  };
}

/** Resolves when the signal is aborted; at once if it already is. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
