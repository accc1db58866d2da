import { type PlateauError, toPlateauError } from '../../contract/errors.js';
import { connectionLost } from '../signal/upgrade.js';

/** Waits before each attempt; the last one is repeated. */
const delaysMs = [100, 300, 600, 1_000] as const;
const laterDelayMs = 2_000;
/** After so many attempts to take the session up, the server has forgotten it. */
const resumeAttempts = 4;
/** How long a lost server is looked for. */
const defaultPatienceMs = 60_000;

/** Where a receiver stands with the server. */
export type ReceiverState = 'connected' | 'resuming' | 'reconnecting';

/** What a reconnection does. */
export interface ReconnectionOptions {
  /** A minute when left out. */
  readonly patienceMs?: number | undefined;
  /** Takes the session up again. Rejects with `connectionLost` when the server has forgotten it. */
  readonly resume: () => Promise<void>;
  /** Begins a new session. */
  readonly rejoin: () => Promise<void>;
  readonly onState: (state: ReceiverState) => void;
  /** It is in vain: the server refuses, or was not found in time. */
  readonly onLost: (failure: PlateauError) => void;
}

/**
 * Finds the way back to a server: takes the session up where only the signaling was cut, and begins a new one where that
 * fails or media are lost as well. One at a time, however many losses begin it. The owner calls {@link stop}.
 */
export class Reconnection {
  readonly #options: ReconnectionOptions;
  #isRunning = false;
  #mustRejoin = false;
  #isOver = false;

  constructor(options: ReconnectionOptions) {
    this.#options = options;
  }

  /**
   * Something was lost; a worse loss while it is mended makes it begin a new session.
   *
   * @param reason as it may be told
   * @param mustRejoin the session cannot be taken up again
   */
  begin(reason: string, mustRejoin: boolean): void {
    if (this.#isOver) return;
    this.#mustRejoin ||= mustRejoin;
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#run(reason).then(
      () => undefined,
      (failure: unknown) => {
        this.#end(toPlateauError(failure));
      },
    );
  }

  /** Makes no further attempt. */
  stop(): void {
    this.#isOver = true;
  }

  async #run(reason: string): Promise<void> {
    const untilMs = performance.now() + (this.#options.patienceMs ?? defaultPatienceMs);
    for (let attempt = 0; ; attempt += 1) {
      const isResuming = !this.#mustRejoin && attempt < resumeAttempts;
      this.#options.onState(isResuming ? 'resuming' : 'reconnecting');
      await new Promise((resolve) => setTimeout(resolve, delaysMs[attempt] ?? laterDelayMs));
      if (this.#hasEnded() || (await this.#hasSucceeded(isResuming && !this.#mustRejoin))) break;
      if (this.#hasEnded()) return;
      if (performance.now() > untilMs) {
        this.#end(connectionLost(reason));
        return;
      }
    }
    this.#isRunning = false;
  }

  /** @returns false when another attempt may do better */
  async #hasSucceeded(isResuming: boolean): Promise<boolean> {
    try {
      if (isResuming) {
        await this.#options.resume();
        // Media were lost meanwhile.
        return !this.#mustRejoin;
      }
      this.#mustRejoin = false;
      await this.#options.rejoin();
      return !this.#mustRejoin;
    } catch (failure) {
      const error = toPlateauError(failure);
      // A server that has forgotten the session says so; one that is not there may come back; a refusal stays one.
      if (error.code !== 'connectionLost' && error.code !== 'serverUnreachable') this.#end(error);
      else if (!isResuming || error.code === 'connectionLost') this.#mustRejoin = true;
      return false;
    }
  }

  /** Changes while something is awaited. */
  #hasEnded(): boolean {
    return this.#isOver;
  }

  #end(failure: PlateauError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onLost(failure);
  }
}
