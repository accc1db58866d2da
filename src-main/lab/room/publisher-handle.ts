import { PlateauError, toPlateauError } from '../../contract/errors.js';
import { ForkedChild } from '../../process/forked-child.js';
import { labNowMs } from '../pattern/lab-clock.js';
import type { ParticipantAction, ParticipantPlan } from './participant-spec.js';
import {
  type PublisherFigures,
  type PublisherReport,
  publisherReportSchema,
  type PublisherRequest,
} from './publisher-messages.js';

/** Loading the SDK takes a second or two; a machine that is busy may need ten times that. */
const readyPatienceMs = 60_000;
/** Leaving a room is a message or two to a server on this machine. */
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
  readonly #child: ForkedChild<PublisherRequest, PublisherReport>;
  readonly #members: readonly ParticipantPlan[];
  readonly #listener: ScheduleListener;
  readonly #pending = new Map<number, Pending>();
  readonly #ready: Promise<unknown>;
  #nextId = 1;
  #isStopping = false;

  constructor(members: readonly ParticipantPlan[], listener: ScheduleListener) {
    this.#members = members;
    this.#listener = listener;
    this.#child = new ForkedChild({
      entry: new URL('./publisher-process.js', import.meta.url),
      subject: `The process of the synthetic participants ${this.identities.join(', ')}`,
      hint: 'Start the synthetic room again.',
      reportSchema: publisherReportSchema,
      onReport: (report) => this.#receive(report),
      // In production rtc-node logs less.
      environment: { NODE_ENV: 'production' },
    });
    this.#ready = this.#child.waitFor(isReady, readyPatienceMs);
    void this.#child.ended.then(() => this.#settleAtEnd());
  }

  /** Undefined for a process that could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Who lives in the process, whether in the room or not. */
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
    // No time limit here: each encoder of the process has its own.
    const prepared = this.#child.waitFor(isPrepared, null);
    await this.#child.send(request);
    const { failure } = await prepared;
    if (failure !== null) throw new PlateauError(failure.code, failure.message, failure.hint);
  }

  /**
   * Starts the schedules. To be called once, after {@link prepare}; what fails from now on, the listener is
   * told.
   */
  start(request: Extract<PublisherRequest, { type: 'start' }>): void {
    // One that is gone is told to the listener.
    this.#child.send(request).catch(() => undefined);
  }

  /**
   * Does an action now, after those of the participant that are under way; resolves when it is done. A
   * `crash` kills the process with all who live in it.
   *
   * @throws PlateauError `serverUnreachable` for joining, `internal` for any other action, or when the
   *   process has ended
   */
  async command(identity: string, action: ParticipantAction): Promise<ActionEffect> {
    if (action.type === 'crash') return this.#crash(identity, action);
    const report = await this.#ask((id) => ({ type: 'command', id, identity, action }));
    if (report.type !== 'effect') throw unexpectedReport(report);
    return { identity, action, atMs: report.atMs };
  }

  /**
   * CPU time, memory and frames of the process up to now.
   *
   * @throws PlateauError when the process has ended
   */
  async measure(): Promise<PublisherFigures> {
    const report = await this.#ask((id) => ({ type: 'measure', id }));
    if (report.type !== 'figures') throw unexpectedReport(report);
    return report.figures;
  }

  /** Lets the participants leave, then ends the process. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const leave = (): void => void this.#child.send({ type: 'stop' }).catch(() => undefined);
    await this.#child.end([{ ask: leave, patienceMs: stopPatienceMs }]);
  }

  async #crash(identity: string, action: ParticipantAction): Promise<ActionEffect> {
    this.#isStopping = true;
    await this.#child.kill();
    return { identity, action, atMs: labNowMs() };
  }

  #ask(request: (id: number) => PublisherRequest): Promise<PublisherReport> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((accept, reject) => {
      this.#pending.set(id, { accept, reject });
      this.#child.send(request(id)).catch((failure: unknown) => {
        this.#pending.delete(id);
        reject(toPlateauError(failure));
      });
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
    for (const pending of this.#pending.values()) pending.reject(this.#child.failure());
    this.#pending.clear();
    if (this.#isStopping) return;
    const crash = this.#scheduledCrash();
    if (crash !== undefined && this.#child.signalCode === 'SIGKILL') {
      this.#listener.onEffect({ ...crash, atMs: labNowMs() });
    } else {
      this.#listener.onFailure(this.#child.failure());
    }
  }

  #scheduledCrash(): Omit<ActionEffect, 'atMs'> | undefined {
    for (const { identity, schedule } of this.#members) {
      const crash = schedule.find(({ action }) => action.type === 'crash');
      if (crash !== undefined) return { identity, action: crash.action };
    }
    return undefined;
  }
}

function isReady(report: PublisherReport): report is Extract<PublisherReport, { type: 'ready' }> {
  return report.type === 'ready';
}

function isPrepared(report: PublisherReport): report is Extract<PublisherReport, { type: 'prepared' }> {
  return report.type === 'prepared';
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
