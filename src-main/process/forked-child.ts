import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { type ErrorCode, PlateauError } from '../contract/errors.js';
import { childEnd, endInStages, type EndStage } from './child-lifetime.js';
import { isOpenFileLimit, tooManyOpenFiles } from './open-files.js';
import { endWithThisProcess } from './orphan-guard.js';
import { TextTail } from './text-tail.js';

/** How a child is started, and what is said when it is gone. */
export interface ForkedChildOptions<Report> {
  /** The file that it runs: `new URL('./x-process.js', import.meta.url)` */
  readonly entry: URL;
  /** What it is, as the subject of a sentence: `The relay between the recorder and its server`. */
  readonly subject: string;
  /** What to do when it is gone. */
  readonly hint: string;
  /** What its end is called, when it should not have ended; `internal` when left out: a defect of ours. */
  readonly code?: ErrorCode;
  /** Everything that it tells is parsed by this; a child that tells anything else is killed. */
  readonly reportSchema: z.ZodType<Report>;
  readonly onReport: (report: Report) => void;
  /** For a child that has to end something when its channel closes: so long it may live on, and is killed then. */
  readonly graceSeconds?: number;
  /** Flags of Node and V8; none when left out. */
  readonly nodeFlags?: readonly string[];
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

interface Wait<Report> {
  /** Takes the report when it is the one. */
  readonly offer: (report: Report) => boolean;
  readonly reject: (failure: PlateauError) => void;
}

/** With its version Node ends what it says of an error that nobody caught. */
const nodeVersion = /^Node\.js v\d/;
const thrownLine = /^[A-Za-z]*Error(?: \[[A-Z_]+\])?: /;
const openFileLimitLine = /\b(?:EMFILE|ENFILE)\b/;

/**
 * The parent's end of a Node process of our own and its IPC channel. The child is in a group of its own (a
 * Ctrl-C in the terminal is ours to handle) and has to end when its channel does. Of what it prints on
 * stderr the last lines are kept; its stdout is thrown away, for the SDK logs there.
 */
export class ForkedChild<Request extends object, Report> {
  readonly #options: ForkedChildOptions<Report>;
  readonly #child: ChildProcess;
  readonly #errors = new TextTail();
  readonly #waits = new Set<Wait<Report>>();
  readonly #ended: Promise<void>;
  #cause: unknown;
  #hasEnded = false;

  /** Starts the child. Reports and failures arrive later, never during the construction. */
  constructor(options: ForkedChildOptions<Report>) {
    this.#options = options;
    this.#child = fork(fileURLToPath(options.entry), [], {
      env: { ...process.env, ...options.environment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [...(options.nodeFlags ?? [])],
      detached: true,
    });
    if (options.graceSeconds !== undefined) endWithThisProcess(this.#child, options.graceSeconds);
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#errors.push(chunk));
    this.#child.on('message', (message) => this.#receive(message));
    this.#ended = new Promise<void>((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.on('error', (cause) => {
        this.#cause ??= cause;
        // Without a start there is no exit.
        if (this.#child.pid === undefined) resolve();
      });
    }).then(() => this.#settle());
  }

  /** Undefined for a child that could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What ended the child; null as long as it runs, and for one that ended by itself. */
  get signalCode(): NodeJS.Signals | null {
    return this.#child.signalCode;
  }

  /** Resolves when the child is gone, or could not be started. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** The last line of its stderr, or what it threw and nobody caught; empty when it printed nothing. */
  get lastErrorLine(): string {
    const last = this.#errors.lastLine();
    if (!nodeVersion.test(last)) return last;
    return this.#errors.lines.findLast((line) => thrownLine.test(line)) ?? last;
  }

  /**
   * Sends a request; resolves when it has reached the channel, not when it was answered.
   *
   * @throws PlateauError when the child is gone, or ends before the message has reached its channel
   */
  async send(request: Request): Promise<void> {
    if (!this.#child.connected) throw this.failure();
    await new Promise<void>((resolve, reject) => {
      this.#child.send(request, (error) => {
        if (error === null) resolve();
        else reject(this.failure(error));
      });
    });
  }

  /**
   * Waits for a report; it is also given to `onReport`.
   *
   * @param patienceMs null waits until the child ends
   * @throws PlateauError when the child ends first, or the time is over
   */
  waitFor<Found extends Report>(
    isExpected: (report: Report) => report is Found,
    patienceMs: number | null,
  ): Promise<Found> {
    const found = new Promise<Found>((resolve, reject) => {
      if (this.#hasEnded) {
        reject(this.failure());
        return;
      }
      const timer =
        patienceMs === null
          ? undefined
          : setTimeout(() => {
              wait.reject(this.#error(`has not answered in ${patienceMs / 1000} s`));
            }, patienceMs);
      const forget = (): void => {
        clearTimeout(timer);
        this.#waits.delete(wait);
      };
      const wait: Wait<Report> = {
        offer: (report) => {
          if (!isExpected(report)) return false;
          forget();
          resolve(report);
          return true;
        },
        reject: (failure) => {
          forget();
          reject(failure);
        },
      };
      this.#waits.add(wait);
    });
    // Reported where it is awaited: a child may end while its parent still sends.
    found.catch(() => undefined);
    return found;
  }

  /**
   * Ends the child: what the stages ask for, then SIGKILL. Resolves when it is gone. Idempotent.
   *
   * @param stages as a rule one: a message, or {@link ForkedChild.disconnect}
   */
  async end(stages: readonly EndStage[]): Promise<void> {
    await endInStages(this.#child, stages);
  }

  /** Ends it at once. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await childEnd(this.#child);
  }

  /** Closes the channel: the child ends when it sees that. */
  disconnect(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  /**
   * The error for whoever asks something of a child that is gone, with the last line of its stderr: `tooManyOpenFiles` where that is
   * why it ended.
   */
  failure(cause: unknown = this.#cause): PlateauError {
    if (isOpenFileLimit(cause) || this.#errors.lines.some((line) => openFileLimitLine.test(line)))
      return tooManyOpenFiles(cause);
    return this.#error('has ended', cause);
  }

  #error(predicate: string, cause: unknown = this.#cause): PlateauError {
    const { code = 'internal', subject, hint } = this.#options;
    const lastLine = this.lastErrorLine;
    const sentence = `${subject} ${predicate}${lastLine === '' ? '' : `: ${lastLine}`}.`;
    return new PlateauError(code, sentence, hint, { cause });
  }

  #receive(message: unknown): void {
    const parsed = this.#options.reportSchema.safeParse(message);
    if (!parsed.success) {
      // Nobody knows what it does: it is ended, and whoever waits for it hears why.
      this.#cause ??= parsed.error;
      this.#child.kill('SIGKILL');
      return;
    }
    for (const wait of this.#waits) wait.offer(parsed.data);
    this.#options.onReport(parsed.data);
  }

  #settle(): void {
    this.#hasEnded = true;
    for (const wait of [...this.#waits]) wait.reject(this.failure());
  }
}
