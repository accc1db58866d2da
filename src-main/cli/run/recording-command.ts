import type { PlateauError } from '../../contract/errors.js';
import type { Source, TakeRequest } from '../../contract/recording.js';
import type { Snapshot } from '../../contract/snapshot.js';
import { nothingRecorded } from '../../format/take-problem.js';
import { inTime } from '../../process/deadline.js';
import type { PlannedTake, Preflight } from '../../recorder/preflight.js';
import type { Recorder } from '../../recorder/recorder.js';
import type { CommandConsole } from '../output/command-console.js';
import { roomNotOpened } from '../output/take-summary.js';
import { armedOf, chosenMode, lookFirst, unsubscribed } from './chosen-mode.js';
import { ExitResult } from './exit-result.js';
import { type FirstTrack, FirstTrackWait } from './first-track.js';
import { Interrupts, untilAborted, waitInterrupted } from './interrupts.js';
import { PauseControl } from './pause-control.js';
import { RecorderStatusPrinter } from './status-printer.js';
import { runTake, type TakeRun } from './take-run.js';

/** The room that a command records, and what stands behind it: nothing, or a server and people of its own. */
export interface RoomToRecord {
  readonly source: Source;
  /** Ends what was opened for the room. Idempotent. */
  close(): Promise<void>;
}

/** What tells one recording command from another. */
export interface RecordingCommandOptions<Room extends RoomToRecord> {
  readonly console: CommandConsole;
  /** What is recorded, as far as this machine has to be able to do it. */
  readonly request: Pick<
    TakeRequest,
    'audioOnly' | 'outputFolder' | 'participants' | 'plannedMs' | 'profile'
  > &
    Pick<PlannedTake, 'delivers'>;
  /** This machine can record. */
  readonly onChecked?: (found: Preflight) => void;
  readonly openRoom: () => Promise<Room>;
  /** Ctrl-C was pressed once more, and no take is recorded. @returns whether it was meant for what goes on, and not for the process */
  readonly onInterruptedAgain?: () => boolean;
  /** Everything has ended, well or not: what may be done now, while nobody waits for a recording. */
  readonly onEnded?: (shutdownSignal: AbortSignal) => Promise<void>;
  /** Records, and reports it. @returns the exit code */
  readonly run: (session: RecordingSession, room: Room) => Promise<number>;
}

/**
 * Everything around a command that records: checks the machine, listens to Ctrl-C, opens the room, ends
 * what was opened. Until the room is joined, or waited for, nothing can be lost, and Ctrl-C ends the process at once with
 * 130; after it the first Ctrl-C ends the take properly and a second one the process.
 *
 * @returns the exit code
 * @throws PlateauError for everything that happens before the take
 */
export async function recordingCommand<Room extends RoomToRecord>(
  options: RecordingCommandOptions<Room>,
): Promise<number> {
  const { console } = options;
  const exit = new ExitResult(console);
  const interrupts = new Interrupts(() => {
    if (!exit.isSettled || options.onInterruptedAgain?.() !== true) exit.forceExit();
  });
  interrupts.listen();
  const session = new RecordingSession(console, exit, interrupts.shutdownSignal);
  session.pauses.listen();
  const { checkBeforeConnecting } = await import('../../recorder/preflight.js');
  const found = await session.orForceExit(
    checkBeforeConnecting(options.request.outputFolder, options.request),
  );
  options.onChecked?.(found);
  const { shutDownLivekit } = await import('../../livekit/shut-down.js');
  let room: Room | null = null;
  try {
    room = await session.orForceExit(options.openRoom());
    return exit.settle(await options.run(session, room));
  } finally {
    if (room !== null) await inTime(room.close(), endPatienceMs);
    await inTime(shutDownLivekit(), endPatienceMs);
    await options.onEnded?.(interrupts.shutdownSignal);
  }
}

/** How long what stands beside a take may need to end, in milliseconds; it is left to the end of the process then. */
const endPatienceMs = 5_000;

/** A take for {@link RecordingSession.recordTake}. */
export interface TakeToRecord {
  readonly room: RoomToRecord;
  readonly request: TakeRequest;
  /** Whether it is encoded or copied is decided when the room has been seen. */
  readonly choosesMode?: boolean;
  /** How much is recorded, pauses left out; null records until Ctrl-C. */
  readonly durationMs: number | null;
  /** How long an empty room may stay empty; null waits for ever. */
  readonly waitMs: number | null;
  /** When the meeting is over: wait for the room to open again, and record that meeting as another take. */
  readonly waitsForNext?: boolean;
  /** How much of the past can be saved with a key, in seconds; nothing when null, or left out. */
  readonly replaySeconds?: number | null;
  /** Sees every snapshot, five a second. */
  readonly onSnapshot?: (snapshot: Snapshot) => void;
  /** Stands beside the take: called before the room is joined, closed before it is left. */
  readonly attach?: (recorder: Recorder) => Promise<{ close(): Promise<void> }>;
  /** Tells what was recorded. @returns the exit code */
  readonly report: (run: TakeRun, end: TakeEnd) => Promise<number> | number;
}

/** What a report may still need after the take. */
export interface TakeEnd {
  /** Still in the room. */
  readonly recorder: Recorder;
  /** Leaves and closes the room before its time: for a report that needs every core. */
  readonly leaveRoom: () => Promise<void>;
}

/** One recording command between its first line and its exit code. */
export class RecordingSession {
  readonly console: CommandConsole;
  readonly exit: ExitResult;
  /** Aborted by the first Ctrl-C. */
  readonly shutdownSignal: AbortSignal;
  readonly pauses: PauseControl;

  /** Made by {@link recordingCommand}. */
  constructor(console: CommandConsole, exit: ExitResult, shutdownSignal: AbortSignal) {
    this.console = console;
    this.exit = exit;
    this.shutdownSignal = shutdownSignal;
    this.pauses = new PauseControl(console);
  }

  /** Waits for something that comes before the take; Ctrl-C does not wait for it. */
  async orForceExit<Value>(work: Promise<Value>): Promise<Value> {
    const first = await Promise.race([
      work.then((value) => ({ value })),
      untilAborted(this.shutdownSignal).then(() => null),
    ]);
    return first === null ? this.exit.forceExit() : first.value;
  }

  /**
   * Joins the room, waits for the first track, records one take and reports it; then leaves. The same again for each
   * meeting in that room, when it was asked for.
   *
   * @returns the exit code that the report gave; of several the first that is not 0
   * @throws PlateauError when nothing could be recorded
   */
  async recordTake(take: TakeToRecord): Promise<number> {
    const { exit, shutdownSignal } = this;
    const { Recorder } = await import('../../recorder/recorder.js');
    const recorder = new Recorder();
    // Whoever ends the program waits for a healthy take, and not for what does not answer.
    void untilAborted(shutdownSignal).then(() => recorder.endSoon());
    const beside = await take.attach?.(recorder);
    let left: Promise<void> | null = null;
    const leave = (): Promise<void> =>
      (left ??= (async () => {
        if (beside !== undefined) await inTime(beside.close(), endPatienceMs);
        await recorder.disconnect();
        await recorder.checks.done();
      })());
    const leaveRoom = async (): Promise<void> => {
      await leave();
      await take.room.close();
    };
    try {
      let exitCode =
        (await this.#recordMeeting(recorder, take, leaveRoom, () => this.#join(recorder, take))) ?? 0;
      while (take.waitsForNext === true && recorder.hasRoomEnded && !shutdownSignal.aborted) {
        const code = await this.#recordMeeting(recorder, take, leaveRoom, () => recorder.awaitRoom());
        if (code === null) break;
        exitCode = exit.settle(exitCode || code);
      }
      return exitCode;
    } finally {
      await leave();
    }
  }

  /**
   * Waits for the first track, records one take and reports it.
   *
   * @param begin joins the room, or begins to wait for it
   * @returns the exit code that the report gave; null when there was nothing to record before the wait was over
   */
  async #recordMeeting(
    recorder: Recorder,
    take: TakeToRecord,
    leaveRoom: TakeEnd['leaveRoom'],
    begin: () => Promise<void> | void,
  ): Promise<number | null> {
    const { console, exit, shutdownSignal } = this;
    const printer = new RecorderStatusPrinter(recorder, console, take.onSnapshot);
    const firstTrack = new FirstTrackWait(recorder, take.waitsForNext === true, publishedFor(recorder, take));
    if (take.choosesMode === true) lookFirst(recorder, take.request);
    await begin();
    const first = await firstTrack.end(shutdownSignal, take.waitMs, take.request.participants, console);
    // After a meeting that was recorded, one more that does not come is no failure.
    if (exit.isSettled && (first === 'interrupted' || first === 'waitedTooLong')) {
      if (recorder.unreachable !== null)
        console.say(`No other meeting came: ${recorder.unreachable.message}`);
      return null;
    }
    assertPublished(first, recorder.problem, whyNothing(recorder, firstTrack), shutdownSignal);
    const wantedAtMs = performance.now();
    const request =
      take.choosesMode === true ? await chosenMode(recorder, take.request, console) : take.request;
    exit.reopen();
    exit.isUsable = () => recorder.checks.list.length > 0;
    const run = await runTake({
      recorder,
      ...{ request, replaySeconds: take.replaySeconds ?? null },
      durationMs: take.durationMs,
      console,
      shutdownSignal,
      pauses: this.pauses,
      wantedAtMs,
      onStarted: (takePath) => {
        exit.takePath = takePath;
      },
    });
    printer.close();
    return exit.settle(await take.report(run, { recorder, leaveRoom }));
  }

  async #join(recorder: Recorder, { choosesMode, room, request }: TakeToRecord): Promise<void> {
    const armed = choosesMode === true ? unsubscribed(request) : armedOf(request);
    await this.orForceExit(recorder.connect(room.source, armed));
  }
}

/** Copy mode subscribes to nothing here: it looks at what is published. Null where subscriptions tell. */
function publishedFor(
  recorder: Recorder,
  { choosesMode, request: { audioOnly, mode, participants } }: TakeToRecord,
): (() => boolean) | null {
  if (mode !== 'copy' && choosesMode !== true) return null;
  return () =>
    recorder.publications.some(
      ({ identity, kind, needsKey }) =>
        !needsKey &&
        (kind === 'audio' || !audioOnly) &&
        (participants === null || participants.includes(identity)),
    );
}

/** What was published came to nothing for a reason of its own; otherwise the way to it did, at the moment of the end. */
function whyNothing(
  { connection, unreachable }: Recorder,
  { missing }: FirstTrackWait,
): readonly PlateauError[] {
  if (missing.length > 0) return missing;
  if (unreachable !== null) return [unreachable];
  return connection === 'waiting' ? [roomNotOpened()] : [];
}

/** @param reasons why there was nothing to record */
function assertPublished(
  first: FirstTrack,
  problem: Recorder['problem'],
  reasons: readonly PlateauError[],
  shutdownSignal: AbortSignal,
): void {
  const nothing = (): PlateauError => nothingRecorded(reasons);
  switch (first) {
    case 'published':
      return;
    case 'lost':
      throw problem?.error ?? nothing();
    case 'interrupted':
      throw isOfItsOwn(reasons[0]) ? nothing() : waitInterrupted(shutdownSignal, reasons[0]);
    case 'waitedTooLong':
    case 'over':
      throw nothing();
  }
}

/** A track that was withheld, or a server that is gone: whoever ended the wait changed nothing. */
function isOfItsOwn(reason: PlateauError | undefined): boolean {
  return reason !== undefined && reason.code !== 'nothingRecorded';
}
