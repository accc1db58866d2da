import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { PlateauError } from '../../contract/errors.js';
import { childEnd, endsWithin } from '../../process/child-lifetime.js';
import { labNowMs } from '../pattern/lab-clock.js';
import type { ParticipantAction, ParticipantPlan } from './participant-spec.js';
import {
  type PublisherFigures,
  type PublisherReport,
  publisherReportSchema,
  type PublisherRequest,
} from './publisher-messages.js';
import { TextTail } from '../../process/text-tail.js';

const stopPatienceMs = 5_000;

/** What an action did, and when on the lab's clock (Unix milliseconds, comparable with `Date.now()`). */
export interface ActionEffect {
  readonly identity: string;
  readonly action: ParticipantAction;
  readonly atMs: number;
}

/** Receives the effects and failures of scheduled actions. */
export interface ScheduleListener {
  onEffect(effect: ActionEffect): void;
  onFailure(failure: PlateauError): void;
}

interface Pending {
  readonly accept: (report: PublisherReport) => void;
  readonly reject: (failure: PlateauError) => void;
}

/** The parent's end of one publisher process and its IPC channel. */
export class PublisherHandle {
  readonly #child: ChildProcess;
  readonly #members: readonly ParticipantPlan[];
  readonly #listener: ScheduleListener;
  readonly #errorText = new TextTail(4_096);
  readonly #pending = new Map<number, Pending>();
  readonly #ready: Promise<void>;
  readonly #prepared: Promise<void>;
  #nextId = 1;
  #isStopping = false;

  constructor(members: readonly ParticipantPlan[], listener: ScheduleListener) {
    this.#members = members;
    this.#listener = listener;
    this.#child = fork(fileURLToPath(new URL('./publisher-process.js', import.meta.url)), [], {
      // rtc-node logs JSON lines to stdout: nobody reads them here, and in production they are fewer.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      // Ctrl-C in the terminal ends the take, not the room; the process ends with the IPC channel.
      detached: true,
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#errorText.push(chunk));
    this.#ready = this.#milestone('ready');
    this.#prepared = this.#milestone('prepared');
    this.#child.on('message', (message) => this.#receive(publisherReportSchema.parse(message)));
    this.#child.once('exit', () => this.#settleAtEnd());
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get identities(): readonly string[] {
    return this.#members.map(({ identity }) => identity);
  }

  /**
   * Resolves when the process waits for {@link start}: a clip that is not in the cache takes seconds.
   *
   * @throws PlateauError `ffmpegMissing`, `ffmpegFailed`, or when the process has ended
   */
  async prepare(request: Extract<PublisherRequest, { type: 'prepare' }>): Promise<void> {
    await this.#ready;
    this.#child.send(request);
    await this.#prepared;
  }

  start(request: Extract<PublisherRequest, { type: 'start' }>): void {
    this.#child.send(request);
  }

  async command(identity: string, action: ParticipantAction): Promise<ActionEffect> {
    if (action.type === 'crash') return this.#crash(identity, action);
    const report = await this.#ask((id) => ({ type: 'command', id, identity, action }));
    if (report.type !== 'effect') throw unexpectedReport(report);
    return { identity, action, atMs: report.atMs };
  }

  async measure(): Promise<PublisherFigures> {
    const report = await this.#ask((id) => ({ type: 'measure', id }));
    if (report.type !== 'figures') throw unexpectedReport(report);
    return report.figures;
  }

  /** Lets the participants leave, then ends the process. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#child.connected) this.#child.send({ type: 'stop' } satisfies PublisherRequest);
    if (await endsWithin(this.#child, stopPatienceMs)) return;
    this.#child.kill('SIGKILL');
    await childEnd(this.#child);
  }

  /** Resolves with the first report of that kind; rejects when it tells of a failure, or the process ends. */
  #milestone(type: 'ready' | 'prepared'): Promise<void> {
    const reached = new Promise<void>((resolve, reject) => {
      this.#child.once('exit', () => reject(this.#endFailure()));
      this.#child.on('error', (cause) => reject(this.#endFailure(cause)));
      this.#child.on('message', (message) => {
        const report = publisherReportSchema.parse(message);
        if (report.type !== type) return;
        if (report.type === 'prepared' && report.failure !== null) {
          const { code, message: sentence, hint } = report.failure;
          reject(new PlateauError(code, sentence, hint));
        }
        resolve();
      });
    });
    // Awaited in `prepare`; a handle that is stopped before it must not count as unhandled.
    reached.catch(() => undefined);
    return reached;
  }

  async #crash(identity: string, action: ParticipantAction): Promise<ActionEffect> {
    this.#isStopping = true;
    this.#child.kill('SIGKILL');
    await childEnd(this.#child);
    return { identity, action, atMs: labNowMs() };
  }

  #ask(request: (id: number) => PublisherRequest): Promise<PublisherReport> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((accept, reject) => {
      if (!this.#child.connected) {
        reject(this.#endFailure());
        return;
      }
      this.#pending.set(id, { accept, reject });
      this.#child.send(request(id));
    });
  }

  #receive(report: PublisherReport): void {
    if (report.type === 'ready' || report.type === 'prepared') return;
    if (report.id === null) {
      if (report.type === 'effect') this.#listener.onEffect(report);
      if (report.type === 'failed') {
        this.#listener.onFailure(actionFailure(report.identity, report.action, report.message));
      }
      return;
    }
    const pending = this.#pending.get(report.id);
    this.#pending.delete(report.id);
    if (report.type === 'failed')
      pending?.reject(actionFailure(report.identity, report.action, report.message));
    else pending?.accept(report);
  }

  #settleAtEnd(): void {
    for (const pending of this.#pending.values()) pending.reject(this.#endFailure());
    this.#pending.clear();
    if (this.#isStopping) return;
    const crash = this.#scheduledCrash();
    if (crash !== undefined && this.#child.signalCode === 'SIGKILL') {
      this.#listener.onEffect({ ...crash, atMs: labNowMs() });
    } else {
      this.#listener.onFailure(this.#endFailure());
    }
  }

  #scheduledCrash(): Omit<ActionEffect, 'atMs'> | undefined {
    for (const { identity, schedule } of this.#members) {
      const crash = schedule.find(({ action }) => action.type === 'crash');
      if (crash !== undefined) return { identity, action: crash.action };
    }
    return undefined;
  }

  #endFailure(cause?: unknown): PlateauError {
    const lastLine = this.#errorText.lastLine();
    return new PlateauError(
      'internal',
      `The process of the synthetic participants ${this.identities.join(', ')} has ended${lastLine === '' ? '' : `: ${lastLine}`}.`,
      'Start the synthetic room again.',
      { cause },
    );
  }
}

function actionFailure(identity: string, action: ParticipantAction, message: string): PlateauError {
  return new PlateauError(
    action.type === 'join' ? 'serverUnreachable' : 'internal',
    `The synthetic participant ${identity} could not do "${action.type}": ${message}`,
    'Check that the server runs and that the action fits what the participant has published.',
  );
}

function unexpectedReport(report: PublisherReport): TypeError {
  return new TypeError(`The publisher answered with "${report.type}".`);
}
