import { PlateauError } from '../../contract/errors.js';
import { isHangupIgnored } from './hangup.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What ends a command from outside. */
export type InterruptSignal = (typeof signals)[number];
/** A terminal and npm both hand one Ctrl-C on: two signals this close are one key press. */
const sameKeyPressMs = 500;

/** What a person is told of a signal that ends a take; nothing of their own Ctrl-C. */
const interruptTexts: Readonly<Record<InterruptSignal, string | null>> = {
  SIGINT: null,
  SIGTERM: 'The program was asked to end (SIGTERM): the take is ended.',
  SIGHUP: 'The terminal was closed (SIGHUP): the take is ended. `nohup` keeps a recording going.',
};

/**
 * Ctrl-C and what means the same: the first asks for a proper end, a later one for an end at once. A
 * terminal that is closed (SIGHUP) ends the take properly, too, and never at once: a command that was started to
 * outlive its terminal goes on.
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

  /** Aborted by the first interrupt; its reason is the name of the signal. */
  get shutdownSignal(): AbortSignal {
    return this.#shutdown.signal;
  }

  /**
   * For the rest of the process's life: also leaving the room can be interrupted.
   *
   * @param ignoresHangup whether SIGHUP was ignored when the command was started (`nohup`)
   */
  listen(ignoresHangup: boolean = isHangupIgnored(process.env)): void {
    for (const signal of signals) {
      // Node gives every signal its default back when it starts: to go on ignoring one takes a listener.
      const isIgnored = signal === 'SIGHUP' && ignoresHangup;
      process.on(signal, isIgnored ? () => undefined : () => this.receive(signal));
    }
  }

  /** One signal; public for tests. */
  receive(signal: InterruptSignal): void {
    const nowMs = this.#nowMs();
    const lastAtMs = this.#lastAtMs;
    if (lastAtMs !== null && (signal === 'SIGHUP' || nowMs - lastAtMs < sameKeyPressMs)) return;
    this.#lastAtMs = nowMs;
    if (lastAtMs === null) this.#shutdown.abort(signal);
    else this.#onSecond();
  }
}

/** What is said of the signal that aborted; null when there is nothing to say. */
export function interruptText({ reason }: AbortSignal): string | null {
  const signal = signals.find((name) => name === reason);
  return signal === undefined ? null : interruptTexts[signal];
}

/** What ended the wait for a room or for its first track; nothing of it was recorded, and nothing is left behind. */
const waitTexts: Readonly<Record<InterruptSignal, string>> = {
  SIGINT: 'Ctrl-C ended the wait.',
  SIGTERM: 'The program was asked to end (SIGTERM) while it waited.',
  SIGHUP: 'The terminal was closed (SIGHUP) while it waited.',
};

/** The error of a command that somebody ended before there was anything to record: nobody did not publish. */
export function waitInterrupted({ reason }: AbortSignal, why?: PlateauError): PlateauError {
  const signal = signals.find((name) => name === reason) ?? 'SIGINT';
  return new PlateauError(
    'nothingRecorded',
    `Nothing was recorded${why === undefined ? ': no track had come yet.' : `. ${why.message}`} ${waitTexts[signal]}`,
    signal === 'SIGHUP'
      ? 'Start it again; with `nohup` in front it goes on waiting when the terminal is closed.'
      : 'Start it again to go on waiting.',
  );
}

/** Resolves when the signal is aborted; at once if it already is. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
