import { setMaxListeners } from 'node:events';
import { type InTime, inTime } from './deadline.js';

/**
 * Waiting for work that may take as long as it needs, until somebody is in a hurry: from then on it is given up once
 * it has made no progress for a while. The work itself goes on; what it comes to later is ignored.
 */
export class HurriedWait {
  readonly #hurry: AbortSignal;
  readonly #limitMs: () => number;
  readonly #givenUp = new AbortController();
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param hurry aborted when nobody can wait any longer
   * @param limitMs how long the work may make no progress then, in milliseconds; asked when the hurry begins
   */
  constructor(hurry: AbortSignal, limitMs: number | (() => number)) {
    this.#hurry = hurry;
    this.#limitMs = typeof limitMs === 'number' ? () => limitMs : limitMs;
  }

  /** Aborted when the work is given up. */
  get givenUp(): AbortSignal {
    return this.#givenUp.signal;
  }

  /** Whether nobody can wait any longer. */
  get isHurried(): boolean {
    return this.#hurry.aborted;
  }

  /** The work goes on: it has the whole time again. */
  progress(): void {
    this.#timer?.refresh();
  }

  /** Waits for work. @returns what it came to, or that it was given up; rejects as the work does */
  async for<Value>(work: Promise<Value>): Promise<InTime<Value>> {
    let forget: () => void = () => undefined;
    const givenUp = new Promise<InTime<Value>>((resolve) => {
      forget = onceAborted(this.#hurry, () => {
        this.#timer = setTimeout(() => resolve({ isInTime: false }), this.#limitMs());
      });
    });
    try {
      const ended = await Promise.race([work.then((value) => ({ isInTime: true, value }) as const), givenUp]);
      if (!ended.isInTime) this.#givenUp.abort();
      return ended;
    } finally {
      forget();
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#timer = null;
      work.catch(() => undefined);
    }
  }
}

/**
 * Waits for work that has a deadline of its own, and a shorter one once somebody is in a hurry.
 *
 * @param limits both in milliseconds; the second from the hurry's beginning
 */
export async function inTimeOrHurry<Value>(
  work: Promise<Value>,
  hurry: AbortSignal,
  limits: { readonly limitMs: number; readonly hurriedMs: number },
): Promise<InTime<Value>> {
  const waited = await new HurriedWait(hurry, limits.hurriedMs).for(inTime(work, limits.limitMs));
  return waited.isInTime ? waited.value : waited;
}

/** Resolves so long after the hurry has begun; never without one, or when `hurry` is left out. @param afterMs milliseconds */
export function hurriedFor(
  hurry: AbortSignal | undefined,
  afterMs: number,
): { over: Promise<void>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let forget: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    if (hurry === undefined) return;
    forget = onceAborted(hurry, () => {
      timer = setTimeout(resolve, afterMs);
    });
  });
  const cancel = (): void => {
    forget();
    clearTimeout(timer);
  };
  return { over, cancel };
}

/**
 * Waits for work unless the signal is aborted first. The work itself goes on; what it comes to then is ignored.
 *
 * @param error what is thrown then
 */
export async function unlessAborted<Value>(
  signal: AbortSignal,
  work: Promise<Value>,
  error: () => Error,
): Promise<Value> {
  let forget: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    forget = onceAborted(signal, () => reject(error()));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    forget();
    work.catch(() => undefined);
    aborted.catch(() => undefined);
  }
}

/** Runs when the signal is aborted, and at once when it already is. @returns forgets about it */
function onceAborted(signal: AbortSignal, run: () => void): () => void {
  // As many may wait as there are files, and each of them forgets.
  setMaxListeners(0, signal);
  if (signal.aborted) run();
  else signal.addEventListener('abort', run, { once: true });
  return () => signal.removeEventListener('abort', run);
}
