import { PlateauError, toPlateauError } from '../../contract/errors.js';
import type { MediaKeys } from '../../contract/media-keys.js';
import { inTime } from '../../process/deadline.js';
import { ForkedChild } from '../../process/forked-child.js';
import { youngHeapFlag } from '../../process/young-heap.js';
import type { Problem } from '../../take/problem.js';
import type { CopiedMedia, FilledTake, OpenMedia } from '../../take/take-media.js';
import type { EventReporter } from '../../telemetry/event-reporter.js';
import { type CopyReport, copyReportSchema } from './copy-reports.js';
import type { CopyArmed, CopyRequest } from './copy-requests.js';
import { RemoteFiles, type TakeHappening } from './remote-files.js';
import { RemoteReplay } from './remote-replay.js';
import { momentNow } from './shared-clock.js';
import { errorOf } from './told-error.js';

/** Loading takes half a second; a machine that is busy may need many times that. */
const joinPatienceMs = 60_000;
/** The room's own session says in this time whether the meeting is over, in milliseconds. */
export const roomEndMs = 1_500;
/** While it ends its files the process tells how they stand: silent for so long, it does not answer any more. Less than a hurried stop waits for. Milliseconds. */
const silentEndMs = 5_000;
/** Leaving is a message to the server: a process that has not ended by then is killed. No take has begun. */
export const leavePatienceMs = 3_000;
/** What is left of it when this process is killed ends its files, and is killed after so many seconds. */
const graceSeconds = 5;
/** A replay that is being saved when the take ends is waited for so long, in milliseconds. */
const savingPatienceMs = 60_000;

/**
 * Packets live for a second, until their cluster is written, so that each collection finds many: helpers that do it side by side cost more
 * than they save. With twelve people of 720p 17 % of a core for 18 to 24, and 145 MB for 170, on a busy machine of two.
 */
const plainGarbageFlag = '--single-threaded-gc';

/** The process, as a take needs it. */
export type CopyChild = Pick<
  ForkedChild<CopyRequest, CopyReport>,
  | 'disconnect'
  | 'end'
  | 'ended'
  | 'failure'
  | 'kill'
  | 'lastErrorLine'
  | 'pid'
  | 'send'
  | 'signalCode'
  | 'waitFor'
>;

/** How a copied take comes into its room, and who hears of it. */
export interface CopiedTakeOptions {
  /** `ws://` or `wss://` of the server, and a token for each session: hidden, and of an identity of its own. */
  readonly url: string;
  readonly token: () => Promise<string>;
  /** What end-to-end encrypted tracks are decrypted with; null without a key. */
  readonly mediaKeys: MediaKeys | null;
  readonly report: EventReporter;
  /** Who is recorded. */
  readonly armed: CopyArmed;
  /** How much of the past is kept to be saved; nothing when left out. */
  readonly replay?: { readonly seconds: number; readonly capBytes: number } | undefined;
  /** The take cannot go on. */
  readonly onProblem: (problem: Problem) => void;
}

/**
 * A take that is received and written by a process of its own. This one knows what that one tells, and may be blocked for as
 * long as it has to.
 */
export class CopiedTake implements CopiedMedia {
  readonly #options: CopiedTakeOptions;
  readonly #child: CopyChild;
  readonly #replay: RemoteReplay | undefined;
  #files: RemoteFiles | null = null;
  #opened: Parameters<OpenMedia>[0] | null = null;
  #take: FilledTake | null = null;
  #isFinishing = false;
  /** It has told all that it had to, or nobody wants to hear it. */
  #isOver = false;
  #hasStoodStill = false;
  /** Why the process has ended before it was over. */
  #failure: PlateauError | null = null;
  #silence: NodeJS.Timeout | undefined;
  #finished: () => void = () => undefined;

  private constructor(options: CopiedTakeOptions, start: typeof startProcess) {
    this.#options = options;
    this.#child = start((report) => this.#receive(report));
    this.#replay = options.replay === undefined ? undefined : new RemoteReplay(this.#child);
    void this.#child.ended.then(() => this.#gone());
  }

  /**
   * Starts the process and joins the room; what is received waits for the take. The caller begins one, or closes it.
   *
   * @param start tests hand in one that starts no process
   * @throws PlateauError `serverUnreachable`, `unauthorized`, `connectionLost`; `receiverEnded`
   */
  static async join(
    options: CopiedTakeOptions,
    start: (onReport: (report: CopyReport) => void) => CopyChild = startProcess,
  ): Promise<CopiedTake> {
    const copied = new CopiedTake(options, start);
    try {
      await copied.#join();
    } catch (thrown) {
      await copied.close();
      throw thrown;
    }
    return copied;
  }

  /** Makes the take's files, as this process sees them: for its options. */
  readonly openMedia: OpenMedia = (options, events) => {
    this.#opened = options;
    const finish = (endMs: number): Promise<void> => this.#finish(endMs);
    const link = { pid: this.#child.pid, send: this.#send, finish, replay: this.#replay };
    this.#files = new RemoteFiles(options, events, link, (happening) => this.#happened(happening));
    return this.#files;
  };

  /** The take has begun: everything in the room belongs to it. @throws TypeError before its files are opened */
  begin(take: FilledTake): void {
    const opened = this.#opened;
    if (opened === null) throw new TypeError('A take begins with its files.');
    this.#take = take;
    const { first, places, take: request } = opened;
    const { name, path } = places.current.folder;
    this.#send({
      type: 'begin',
      ...{ startUs: take.clock.timelineStartUs, sent: momentNow(), folder: { name, path } },
      first: first ?? { number: 1, atMs: 0 },
      ...{ ffmpegPath: request.ffmpegPath, maxFiles: request.maxFiles, armed: this.#options.armed },
      ...(this.#options.replay !== undefined && { replay: this.#options.replay }),
    });
    // It may have ended since it has joined.
    if (this.#failure !== null) this.#tellFailure(this.#failure);
  }

  /** Leaves the room, and ends the process: no take has begun. Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#child.end([{ ask: () => this.#child.disconnect(), patienceMs: leavePatienceMs }]);
  }

  #join(): Promise<void> {
    return enterRoom(this.#child, this.#options);
  }

  readonly #send = (request: CopyRequest): void => {
    // One that is gone is told by its end.
    this.#child.send(request).catch(() => undefined);
  };

  async #finish(endMs: number): Promise<void> {
    const finished = new Promise<void>((resolve) => {
      this.#finished = resolve;
    });
    this.#isFinishing = true;
    this.#send({ type: 'finish', endMs });
    this.#heard();
    await Promise.race([finished, this.#child.ended]);
    clearInterval(this.#silence);
    if (this.#replay !== undefined) await inTime(this.#replay.settled(), savingPatienceMs);
    await this.close();
  }

  /** Counts whole seconds of silence: after a blocked event loop timers come before what waited, and that is one. */
  #heard(): void {
    clearInterval(this.#silence);
    let seconds = 0;
    this.#silence = setInterval(() => {
      seconds += 1;
      if (seconds * 1_000 < silentEndMs) return;
      this.#hasStoodStill = true;
      void this.#child.kill();
    }, 1_000);
  }

  #receive(report: CopyReport): void {
    if (report.type === 'tokenWanted') void this.#giveToken();
    if (report.type !== 'state') return;
    this.#files?.take(report);
    this.#replay?.take(report.replay);
    if (report.hasFinished) {
      this.#isOver = true;
      this.#finished();
      return;
    }
    if (this.#isFinishing) this.#heard();
    this.#send({ type: 'taken' });
  }

  async #giveToken(): Promise<void> {
    try {
      this.#send({ type: 'token', token: await this.#options.token() });
    } catch (thrown) {
      const { code, hint, message } = toPlateauError(thrown);
      this.#options.report.error(code, message, null, { hint });
    }
  }

  #happened(happening: TakeHappening): void {
    const take = this.#take;
    if (happening.type === 'came') take?.begin(happening.track, () => undefined, happening.lateMs);
    else if (happening.type === 'missing')
      take?.noteMissing(happening.track, errorOf(happening.error), happening.awaitedMs);
    else if (happening.type === 'onset') take?.onsets.note(happening.track, happening.times);
    else {
      // The end of a meeting ends that session as well; then nothing is wrong.
      const error = errorOf(happening.error);
      setTimeout(() => {
        if (!this.#isFinishing && !this.#isOver) this.#raise(error);
      }, roomEndMs).unref();
    }
  }

  #gone(): void {
    clearInterval(this.#silence);
    this.#replay?.gone();
    if (this.#isOver) this.#files?.gone(null);
    else {
      this.#failure = this.#endedBy();
      if (this.#take !== null) this.#tellFailure(this.#failure);
    }
  }

  #tellFailure(failure: PlateauError): void {
    this.#files?.gone(failure);
    const goesOn = this.#take?.receiverGone(failure, () => this.#raise(failure)) === true;
    if (!goesOn) this.#raise(failure);
  }

  #raise(error: PlateauError): void {
    const problem: Problem = { error, concerns: 'take', file: null, identity: null };
    this.#options.report.error(error.code, error.message, null, { hint: error.hint });
    this.#take?.noteProblem(problem);
    this.#options.onProblem(problem);
  }

  #endedBy(): PlateauError {
    const { lastErrorLine, signalCode } = this.#child;
    const how = signalCode === null ? 'has ended' : `was ended by ${signalCode}`;
    const last = lastErrorLine === '' ? '' : `: ${lastErrorLine}`;
    return new PlateauError(
      'receiverEnded',
      `The process that receives in copy mode ${this.#hasStoodStill ? 'did not answer any more' : how}${last}.`,
      'What it had written by then is kept and plays. Look whether the system is short of memory.',
      { cause: this.#child.failure() },
    );
  }
}

/** Starts the process that receives and writes. @param onReport hears all that it tells */
export function startProcess(onReport: (report: CopyReport) => void): CopyChild {
  return new ForkedChild<CopyRequest, CopyReport>({
    entry: new URL('./copy-process.js', import.meta.url),
    subject: 'The process that receives in copy mode',
    hint: 'Try again, or look whether the system is short of memory.',
    code: 'receiverEnded',
    reportSchema: copyReportSchema,
    onReport,
    graceSeconds,
    nodeFlags: [youngHeapFlag, plainGarbageFlag],
  });
}

/** Has the process join the room. @throws PlateauError why it cannot */
export async function enterRoom(
  child: Pick<CopyChild, 'send' | 'waitFor'>,
  { mediaKeys, token, url }: Pick<CopiedTakeOptions, 'mediaKeys' | 'token' | 'url'>,
): Promise<void> {
  const joined = child.waitFor(isJoined, joinPatienceMs);
  await child.send({ type: 'join', url, token: await token(), mediaKeys });
  const { failure } = await joined;
  if (failure !== null) throw errorOf(failure);
}

function isJoined(report: CopyReport): report is Extract<CopyReport, { type: 'joined' }> {
  return report.type === 'joined';
}
