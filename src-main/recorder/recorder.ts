import { leftMeanwhile, type PlateauError, toPlateauError } from '../contract/errors.js';
import { caps } from '../contract/limits.js';
import type { Manifest } from '../contract/manifest.js';
import type { Source, TakeRequest } from '../contract/recording.js';
import type { RecorderState, Snapshot } from '../contract/snapshot.js';
import { unlessAborted } from '../process/hurry.js';
import { type Problem, worseProblem } from '../take/problem.js';
import type { Take } from '../take/take.js';
import { TakeGovernor } from '../take/take-governor.js';
import { EventLog } from '../telemetry/event-log.js';
import { EventReporter } from '../telemetry/event-reporter.js';
import { CommandLane } from './command-lane.js';
import { governorTargets } from './governor-targets.js';
import { expectState, invalidState } from './invalid-state.js';
import { enterTracks, openTake, type TakeInfo, takeInfo } from './open-take.js';
import { leaveFullDisk } from './other-folder.js';
import { RecorderLab } from './recorder-lab.js';
import { type ArmedSelection, type MonitorOf, RecorderRoom } from './recorder-room.js';
import { RestartAdvice } from './restart-advice.js';
import { roomHooks } from './room-hooks.js';
import { type ConsoleProcessProbe, SnapshotBuilder } from './snapshot-builder.js';
import { TakeChecks } from './take-checks.js';
import { TakeControls } from './take-controls.js';
import { byFailure, byLeaving, byRoom, bySomebody, type TakeEnd } from './take-end.js';
import { type Supervised, TakeSupervisor } from './take-supervisor.js';

/**
 * The engine's facade: connects to a room and records one take at a time. Commands that change its state run one after
 * the other, each against the state that it finds. Events: `state`, `event`, `snapshot` (five a second while somebody
 * listens), `progress` of finalizing, and `problem`: failures that no caller waits for.
 */
export class Recorder extends TakeControls {
  readonly eventLog = new EventLog(caps.eventLogEntries);
  readonly #report = new EventReporter(
    this.eventLog,
    () => (this.#take ?? this.checks.latest)?.moments.takeMs ?? null,
  );
  readonly lab = new RecorderLab(this.#report, () => this.#room);
  readonly #lane = new CommandLane();
  /** Takes that have ended, whose files play and are being checked; another take can be recorded meanwhile. */
  readonly checks = new TakeChecks(() => this.emit('checks'));
  /** Aborted when the room is left: whoever is joining it gives up. */
  #departure = new AbortController();
  readonly #hurry = new AbortController();
  #state: RecorderState = 'idle';
  #take: Take | null = null;
  #stopping: Promise<Manifest> | null = null;
  #problem: Problem | null = null;
  readonly #room: RecorderRoom;
  readonly #governor = new TakeGovernor(
    this.#report,
    governorTargets(() => ({ session: this.#room.session, take: this.#take })),
  );
  readonly #restartAdvice = new RestartAdvice(this.#report);
  readonly #snapshots: SnapshotBuilder;
  readonly #supervisor: TakeSupervisor;

  /**
   * @param monitorOf asked for each subscribed track; monitored tracks are decoded between takes, too
   * @param probe reads the memory of the console's own processes
   */
  constructor(monitorOf: MonitorOf | null = null, probe: ConsoleProcessProbe = () => []) {
    super({
      room: () => this.#room,
      recording: () => (this.#state === 'recording' ? this.#take : null),
      ...{ report: () => this.#report, lane: () => this.#lane },
      ...{ hurry: () => this.#hurry.signal, checks: () => this.checks },
    });
    this.#snapshots = new SnapshotBuilder(probe);
    const hooks = roomHooks({
      now: () => ({ state: this.#state, take: this.#take, ...this.replay.betweenTakes }),
      onRoom: () => this.emit('room'),
      onLost: (error) => this.#raiseOwn(error, 'connection'),
      ...{ endTake: () => this.#endTake(byRoom), awaitRoom: () => this.awaitRoom() },
    });
    this.#room = new RecorderRoom(this.#report, monitorOf, hooks);
    const supervised: Supervised = {
      now: () => ({ state: this.#state, take: this.#take, session: this.#room.session }),
      ...{ snapshot: () => this.snapshot(), onTick: () => this.replay.tick() },
      isWatched: () => this.listenerCount('snapshot') > 0,
      onSnapshot: (snapshot) => this.emit('snapshot', snapshot),
      onDiskAlmostFull: () => void this.#leaveFullDisk(),
    };
    const [report, governor, snapshots] = [this.#report, this.#governor, this.#snapshots];
    this.#supervisor = new TakeSupervisor(supervised, { report, governor, snapshots });
    this.eventLog.subscribe((event) => {
      (this.#take ?? this.checks.latest)?.recordEvent(event);
      this.emit('event', event);
    });
  }

  /** Where the recorder is, between nothing and a take. */
  get state(): RecorderState {
    return this.#state;
  }

  /**
   * Joins the room, hidden and subscribed to what is armed.
   *
   * @throws PlateauError when the source cannot be used or the server refuses; `invalidState`
   */
  connect(source: Source, armed: ArmedSelection): Promise<void> {
    const { signal } = this.#departure;
    return this.#lane.run(() => this.#connect(source, armed, signal));
  }

  async #connect(source: Source, armed: ArmedSelection, departure: AbortSignal): Promise<void> {
    this.#expect('idle', 'connect');
    if (departure.aborted) throw leftMeanwhile();
    const session = this.#room.prepare(source, armed);
    this.#problem = null;
    this.#setState('connecting');
    try {
      await unlessAborted(departure, session.connect(), leftMeanwhile);
    } catch (thrown) {
      await this.#leave();
      throw thrown;
    }
    this.#setState('ready');
    this.#snapshots.eventLoopLag.start();
    this.#supervisor.start();
  }

  /** The worst that went wrong for good: with the connection since it was made, or with the latest take. */
  get problem(): Problem | null {
    return this.#problem;
  }

  /** The take that runs, or is being finalized. */
  get take(): TakeInfo | null {
    return this.#take === null ? null : takeInfo(this.#take);
  }

  /** The encoders of the running take. */
  get encoders(): Take['files']['encoders'] {
    return this.#take?.files.encoders ?? [];
  }

  /**
   * Sets how much memory this process may use, beside the take's budget; it takes effect at once.
   *
   * @param ceilingBytes null for the budget alone
   */
  setMemoryCeiling(ceilingBytes: number | null): void {
    this.#governor.ceilingBytes = ceilingBytes;
  }

  /**
   * Begins a take: everything armed that is subscribed, and whatever is subscribed later.
   *
   * @param wantedAtMs since when it is wanted, of `performance.now` @returns the take's folder
   * @throws PlateauError `invalidState`, `outputUnwritable`, `diskFull`, `ffmpegMissing`, `tooManyOpenFiles`
   */
  startTake(request: TakeRequest, wantedAtMs = performance.now()): Promise<string> {
    return this.#lane.run(() => this.#startTake(request, wantedAtMs));
  }

  async #startTake(request: TakeRequest, wantedAtMs: number): Promise<string> {
    this.#expect('ready', 'start a take');
    // A room that is lost stays lost.
    if (this.#problem?.concerns !== 'connection') this.#problem = null;
    const replay = this.replay.forTake(request);
    const { take, disk, tellStarted } = await openTake(request, {
      ...{ room: this.#room, report: this.#report, hurry: this.#hurry.signal, wantedAtMs },
      diskThrottle: this.lab.diskThrottle,
      onProblem: (problem) => this.#raise(problem),
      onMoved: (otherDisk) => this.#supervisor.diskChanged(otherDisk),
      onWatchdogTrip: () => this.#snapshots.noteWatchdogTrip(),
      ...{ checkedPackets: this.checks.packets, replay },
    }).catch((thrown: unknown) => replay.giveUp(thrown));
    this.#take = take;
    this.#supervisor.takeStarted(disk);
    this.#governor.begin();
    if (request.memoryCeilingBytes !== undefined) this.setMemoryCeiling(request.memoryCeilingBytes);
    this.#snapshots.takeStarted(request.flatnessLimits);
    this.#setState('recording');
    tellStarted();
    replay.begin(take);
    enterTracks(take, this.#room.session);
    return take.folder.path;
  }

  /**
   * Ends the take: its files play when the state is `ready` again, and are checked then, beside another take.
   * @returns the manifest of the checked take; a second call the same promise, unless a command stands between
   */
  stopTake(end: TakeEnd = bySomebody): Promise<Manifest> {
    if (this.#stopping !== null && this.#lane.length === 1) return this.#stopping;
    return this.#lane.run(() => this.#stopTake(end)).then(({ checked }) => checked);
  }

  async #stopTake(end: TakeEnd): Promise<{ readonly checked: Promise<Manifest> }> {
    const take = this.#take;
    if (take === null) throw invalidState('stop a take', this.#state);
    this.#room.session?.tellUnanswered();
    this.#setState('finalizing');
    this.#governor.end();
    const stopped = this.checks
      .stop(take, (fraction) => this.emit('progress', fraction))
      .finally(() => {
        this.#take = null;
        this.#room.previewOnly(false);
        this.#stopping = null;
        this.#setState('ready');
      });
    this.#stopping = stopped.then(({ checked }) => checked);
    this.#stopping.catch(() => undefined);
    this.emit('ending', { ...end, takeName: take.folder.name, checked: this.#stopping });
    return stopped;
  }

  /**
   * Stops a take, leaves the room and ends every thread and timer of the engine; {@link checks} go on. Joining is given up.
   *
   * @throws PlateauError when the take could not be finalized; the room is left all the same
   */
  disconnect(): Promise<void> {
    this.#departure.abort();
    this.#departure = new AbortController();
    return this.#lane.run(() => this.#disconnect());
  }

  /** The program has to end: nothing begins any more, and what does not answer is not waited for. */
  endSoon(): void {
    this.#hurry.abort();
  }

  async #disconnect(): Promise<void> {
    try {
      if (this.#take !== null) await this.#stopTake(byLeaving(this.#problem));
    } finally {
      await this.#leave();
    }
  }

  async #leave(): Promise<void> {
    this.#supervisor.stop();
    this.#snapshots.eventLoopLag.stop();
    await this.replay.close();
    await this.#room.leave(this.#hurry.signal);
    this.#restartAdvice.connectionLeft();
    this.#setState('idle');
  }

  #expect(state: RecorderState, action: string): void {
    if (this.#hurry.signal.aborted) throw invalidState(action, 'ending');
    expectState(this.#state, state, action);
  }

  /** The present moment, as consoles show it. Peaks since the last snapshot are reset by it. */
  snapshot(): Snapshot {
    return this.#snapshots.build({
      ...{ state: this.#state, connection: this.#room.connection, take: this.#take },
      supervisor: this.#supervisor,
      governor: this.#governor,
      unbounded: this.lab.unbounded(),
      ...{ replay: this.replay.state, replayEncoders: this.replay.idle?.encoders ?? [] },
      replayReceiver: this.replay.betweenTakes.receiver,
    });
  }

  /** The take's worst case, buffer by buffer; null while there is none. */
  get budget(): Take['budget'] | null {
    return this.#take?.budget ?? null;
  }

  async #leaveFullDisk(): Promise<void> {
    if (this.#take === null) return;
    const error = await leaveFullDisk(this.#take, this.#report, () => this.#state === 'recording');
    if (error !== null) this.#raiseOwn(error, 'take');
  }

  /** What the take does not know of by itself. */
  #raiseOwn(error: PlateauError, concerns: 'connection' | 'take'): void {
    const problem: Problem = { error, concerns, file: null, identity: null };
    this.#take?.noteProblem(problem);
    this.#raise(problem);
  }

  #raise(problem: Problem): void {
    this.#problem = worseProblem(this.#problem, problem);
    this.emit('problem', problem);
    if (problem.concerns !== 'take' || this.#state !== 'recording') return;
    this.#report.error('takeStopped', `The take is stopped: ${problem.error.message}`);
    this.#endTake(byFailure(problem));
  }

  /** Whoever started the take hears of a failure through their own call of `stopTake`. */
  #endTake(end: TakeEnd): void {
    this.stopTake(end).catch((thrown: unknown) => {
      this.#report.error('takeNotFinalized', toPlateauError(thrown).message);
    });
  }

  #setState(state: RecorderState): void {
    this.#state = state;
    this.replay.follow(state);
    this.emit('state', state);
  }
}
