import { type PlateauError, toPlateauError } from '../contract/errors.js';
import { caps } from '../contract/limits.js';
import type { Manifest, Marker } from '../contract/manifest.js';
import type { Source, TakeRequest } from '../contract/recording.js';
import type { ConnectionState, RecorderState, Snapshot } from '../contract/snapshot.js';
import type { ParticipantInfo } from '../livekit/room-listener.js';
import type { RoomSession } from '../livekit/room-session.js';
import { type Problem, worseProblem } from '../take/problem.js';
import type { Take } from '../take/take.js';
import { TakeGovernor } from '../take/take-governor.js';
import { EventLog } from '../telemetry/event-log.js';
import { EventReporter } from '../telemetry/event-reporter.js';
import { governorTargets } from './governor-targets.js';
import { expectState, invalidState } from './invalid-state.js';
import { enterTracks, openTake, type TakeInfo, takeInfo } from './open-take.js';
import { RecorderEmitter } from './recorder-events.js';
import { RecorderLab } from './recorder-lab.js';
import { type ArmedSelection, type MonitorOf, RecorderRoom, type RoomEvents } from './recorder-room.js';
import { RestartAdvice } from './restart-advice.js';
import { type ConsoleProcessProbe, SnapshotBuilder } from './snapshot-builder.js';
import { type Supervised, TakeSupervisor } from './take-supervisor.js';

/**
 * The engine's facade: connects to a room and records one take at a time. Events: `state`, `event`, `snapshot` (five a
 * second while somebody listens), `progress` of finalizing, and `problem`: failures that no caller waits for.
 */
export class Recorder extends RecorderEmitter {
  readonly eventLog = new EventLog(caps.eventLogEntries);
  readonly #report = new EventReporter(this.eventLog, () => this.#take?.clock.nowMs() ?? null);
  readonly lab = new RecorderLab(this.#report, () => this.#room);
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
    super();
    this.#snapshots = new SnapshotBuilder(probe);
    this.#room = new RecorderRoom(this.#report, monitorOf, this.#roomHooks());
    const supervised: Supervised = {
      now: () => ({ state: this.#state, take: this.#take, session: this.#room.session }),
      snapshot: () => this.snapshot(),
      isWatched: () => this.listenerCount('snapshot') > 0,
      onSnapshot: (snapshot) => this.emit('snapshot', snapshot),
      onDiskAlmostFull: (error) => this.#raiseOwn(error, 'take'),
    };
    const tools = { report: this.#report, governor: this.#governor, snapshots: this.#snapshots };
    this.#supervisor = new TakeSupervisor(supervised, tools);
    this.eventLog.subscribe((event) => {
      this.#take?.recordEvent(event);
      this.emit('event', event);
    });
  }

  /** Where the recorder is, between nothing and a take. */
  get state(): RecorderState {
    return this.#state;
  }

  /** Frames that arrived for nobody, and native objects still alive: all 0 after {@link Recorder.disconnect}. */
  get resourceLeaks(): RecorderRoom['resourceLeaks'] {
    return this.#room.resourceLeaks;
  }

  /**
   * Joins the room, hidden and subscribed to what is armed.
   *
   * @throws PlateauError when the source cannot be used or the server refuses
   */
  async connect(source: Source, armed: ArmedSelection): Promise<void> {
    expectState(this.#state, 'idle', 'connect');
    const session = this.#room.prepare(source, armed);
    this.#problem = null;
    this.#setState('connecting');
    try {
      await session.connect();
    } catch (thrown) {
      if (this.#room.session === session) await this.disconnect();
      throw thrown;
    }
    this.#setState('ready');
    this.#snapshots.eventLoopLag.start();
    this.#supervisor.start();
  }

  /** Everybody in the room, apart from hidden participants. */
  get participants(): readonly ParticipantInfo[] {
    return this.#room.session?.participants() ?? [];
  }

  /** Tracks that are to be received and are not, and why. */
  get missing(): RoomSession['missing'] {
    return this.#room.session?.missing ?? [];
  }

  /** What they publish, and whether it is subscribed. */
  get publications(): ReturnType<RoomSession['publications']> {
    return this.#room.session?.publications() ?? [];
  }

  /** The worst that went wrong for good: with the connection since it was made, or with the latest take. */
  get problem(): Problem | null {
    return this.#problem;
  }

  /** Whether the room is joined, or being found again. */
  get connection(): ConnectionState {
    return this.#room.connection;
  }

  /** The room that is joined, and its server. */
  get joined(): RecorderRoom['joined'] {
    return this.#room.joined;
  }

  /** Whether the room is over, and nobody waits for it to open again. */
  get hasRoomEnded(): boolean {
    return this.#room.hasEnded;
  }

  /** Waits for a room that has ended to open again, and joins it then. */
  awaitRoom(): void {
    this.#room.session?.awaitRoom();
  }

  /** The take that runs, or is being finalized. */
  get take(): TakeInfo | null {
    return this.#take === null ? null : takeInfo(this.#take);
  }

  /** The encoders of the running take. */
  get encoders(): Take['encoders'] {
    return this.#take?.encoders ?? [];
  }

  /** Writes into the event log who ended the take from outside: a reader may not have been there. */
  noteInterrupt(message: string): void {
    this.#report.warning('takeInterrupted', message);
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
   * Marks the moment of the take that was `agoMs` ago; what lies before the take is its beginning.
   *
   * @throws PlateauError `invalidState` while none is recorded
   */
  addMarker(label: string, agoMs = 0): Marker {
    if (this.#take === null || this.#state !== 'recording') throw invalidState('set a marker', this.#state);
    const marker = this.#take.addMarker(label, agoMs);
    this.#report.info('marker', label === '' ? 'Marker' : `Marker: ${label}`);
    return marker;
  }

  /**
   * Begins a take: everything armed that is subscribed, and whatever is subscribed later.
   *
   * @returns the take's folder
   * @throws PlateauError `outputUnwritable`, `diskFull`, `ffmpegMissing`, `ffmpegUnsuitable`, `tooManyOpenFiles`
   */
  async startTake(request: TakeRequest): Promise<string> {
    expectState(this.#state, 'ready', 'start a take');
    // A room that is lost stays lost.
    if (this.#problem?.concerns !== 'connection') this.#problem = null;
    const { take, disk, ffmpegVersion } = await openTake(request, {
      room: this.#room,
      report: this.#report,
      diskThrottle: this.lab.diskThrottle,
      onProblem: (problem) => this.#raise(problem),
      onWatchdogTrip: () => this.#snapshots.noteWatchdogTrip(),
    });
    this.#take = take;
    this.#supervisor.takeStarted(disk);
    this.#governor.begin();
    if (request.memoryCeilingBytes !== undefined) this.setMemoryCeiling(request.memoryCeilingBytes);
    this.#snapshots.takeStarted(request.flatnessLimits);
    this.#setState('recording');
    this.#report.info('takeStarted', `Recording to ${take.folder.name} with ffmpeg ${ffmpegVersion}.`);
    enterTracks(take, this.#room.session);
    return take.folder.path;
  }

  /** Ends the take and finalizes its files; a second call returns the same promise. */
  async stopTake(): Promise<Manifest> {
    if (this.#stopping !== null) return this.#stopping;
    const take = this.#take;
    if (take === null) throw invalidState('stop a take', this.#state);
    this.#setState('finalizing');
    this.#governor.end();
    this.#stopping = take
      .stop((fraction) => this.emit('progress', fraction))
      .finally(() => {
        this.#take = null;
        this.#stopping = null;
        this.#setState('ready');
      });
    return this.#stopping;
  }

  /**
   * Stops a take that is under way, leaves the room and ends every thread and timer of the engine.
   *
   * @throws PlateauError when the take could not be finalized; the room is left all the same
   */
  async disconnect(): Promise<void> {
    try {
      if (this.#take !== null) await this.stopTake();
    } finally {
      this.#supervisor.stop();
      this.#snapshots.eventLoopLag.stop();
      await this.#room.leave();
      this.#restartAdvice.connectionLeft();
      this.#setState('idle');
    }
  }

  /** The present moment, as consoles show it. Peaks since the last snapshot are reset by it. */
  snapshot(): Snapshot {
    return this.#snapshots.build({
      state: this.#state,
      connection: this.#room.connection,
      take: this.#take,
      supervisor: this.#supervisor,
      governor: this.#governor,
      unbounded: this.lab.unbounded(),
    });
  }

  /** The take's worst case, buffer by buffer; null while there is none. */
  get budget(): Take['budget'] | null {
    return this.#take?.budget ?? null;
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
    this.#endTake();
  }

  /** Whoever started the take hears of a failure through their own call of `stopTake`. */
  #endTake(): void {
    this.stopTake().catch((thrown: unknown) => {
      this.#report.error('takeNotFinalized', toPlateauError(thrown).message);
    });
  }

  #roomHooks(): RoomEvents {
    return {
      onConnection: (connection) => {
        this.#take?.connectionChanged(connection === 'connected');
        this.emit('room');
      },
      onTrackSubscribed: (track) => this.#take?.addTrack(track),
      onTrackMissing: ({ info, error }) => this.#take?.noteMissing(info, error),
      onTrackGone: (track) => this.#take?.removeTrack(track),
      onTrackMuted: (track, isMuted) => this.#take?.setMuted(track, isMuted),
      onRoomChanged: () => this.emit('room'),
      onParticipantRenamed: (identity, name) => this.#take?.rename(identity, name),
      onRoomEnded: () => {
        // The end of the meeting is the end of its take, and no failure.
        if (this.#state === 'recording') this.#endTake();
        else if (this.#state !== 'finalizing') this.awaitRoom();
      },
      onLost: (error) => this.#raiseOwn(error, 'connection'),
    };
  }

  #setState(state: RecorderState): void {
    this.#state = state;
    this.emit('state', state);
  }
}
