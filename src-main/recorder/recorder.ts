import { PlateauError, toPlateauError } from '../contract/errors.js';
import type { Manifest, Marker } from '../contract/manifest.js';
import type { Profile } from '../contract/profile.js';
import type { Source, TakeRequest } from '../contract/recording.js';
import type { ConnectionState, RecorderEvent, RecorderState, Snapshot } from '../contract/snapshot.js';
import { DiskSpaceMonitor } from '../take/disk-space-monitor.js';
import { serverHost } from '../livekit/connect/connect-error.js';
import { nativeFramesAlive } from '../livekit/ffi/native-video-frame.js';
import type { PublicationInfo } from '../livekit/remote-track.js';
import type { NetworkScenario } from '../livekit/simulated-scenario.js';
import type { ParticipantInfo, RoomListener } from '../livekit/room-listener.js';
import { RoomSession } from '../livekit/room-session.js';
import type { AudioMonitor, VideoMonitor } from '../livekit/ffi/track-relay.js';
import { parseServerUrl } from '../livekit/connect/server-url.js';
import { tokenProvider } from '../livekit/connect/token-provider.js';
import { RecorderEmitter } from './recorder-events.js';
import { EventReporter } from '../telemetry/event-reporter.js';
import { pcmFormat } from '../pipeline/audio-queue.js';
import { SnapshotBuilder, type ConsoleProcessProbe } from './snapshot-builder.js';
import { roomEventLogger } from './room-event-log.js';
import { RestartAdvice } from './restart-advice.js';
import { DiskThrottle } from '../sink/disk-throttle.js';
import { findFfmpeg } from '../ffmpeg/ffmpeg-binary.js';
import { createTakeFolder } from '../storage/take-folder.js';
import { Take } from '../take/take.js';
import { TakeGovernor } from '../take/take-governor.js';
import { caps } from '../contract/limits.js';
import { EventLog } from '../telemetry/event-log.js';
import { plateauVersion } from '../version.js';

/** The one timer of the engine: it fills gaps in the sinks and takes the snapshot. */
const tickEveryMs = 200;
const ticksPerTelemetryLine = 5;
const ticksPerDiskCheck = 5;
const ticksPerStatistics = 2;
/** What is to be recorded, decided before the tracks are subscribed. */
export interface ArmedSelection {
  readonly participants: readonly string[] | null;
  readonly audioOnly: boolean;
}

/** Who watches a track, whether or not it is recorded; null for nobody. */
export type MonitorOf = (track: PublicationInfo) => (VideoMonitor & AudioMonitor) | null;

/**
 * The engine's facade: connects to a room and records one take at a time. Events: `state`, `event`,
 * `snapshot` (five a second while somebody listens), `progress` while a take is finalized.
 */
export class Recorder extends RecorderEmitter {
  /** Closed by the lab only. */
  readonly diskThrottle = new DiskThrottle();
  /** Set by the lab only: the figures of the recorder without caps that runs beside the take. */
  unbounded: () => Snapshot['unbounded'] = () => null;
  readonly eventLog = new EventLog(caps.eventLogEntries);
  readonly #report = new EventReporter(this.eventLog, () => this.#take?.clock.nowMs() ?? null);
  #state: RecorderState = 'idle';
  #connection: ConnectionState = 'disconnected';
  #session: RoomSession | null = null;
  /** The one that is open, or was open last. */
  #lastSession: RoomSession | null = null;
  #room = '';
  #host = '';
  #armed: ArmedSelection = { participants: null, audioOnly: false };
  #take: Take | null = null;
  #stopping: Promise<Manifest> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #ticks = 0;
  #disk: DiskSpaceMonitor | null = null;
  readonly #governor = new TakeGovernor(this.#report, {
    layering: () => this.#session?.layering ?? { layered: 0, single: 0 },
    requestLayer: (layer) => this.#session?.requestLayer(layer),
    limitFrameRate: (maxPerSecond) => {
      if (this.#take !== null) this.#take.frameRateLimit.maxPerSecond = maxPerSecond;
    },
  });
  readonly #restartAdvice = new RestartAdvice(this.#report);
  /** Files whose frame queue is above the warning line. */
  readonly #filling = new Set<string>();

  readonly #monitorOf: MonitorOf | null;
  readonly #snapshots: SnapshotBuilder;

  /**
   * @param monitorOf asked for each subscribed track; monitored tracks are decoded between takes, too
   * @param probe reads the memory of the console's own processes
   */
  constructor(monitorOf: MonitorOf | null = null, probe: ConsoleProcessProbe = () => []) {
    super();
    this.#snapshots = new SnapshotBuilder(probe);
    this.#monitorOf = monitorOf;
    this.eventLog.subscribe((event) => {
      this.#take?.recordEvent(event);
      this.emit('event', event);
    });
  }

  get state(): RecorderState {
    return this.#state;
  }

  /** Frames that arrived for nobody, and native streams still open: both 0 after {@link Recorder.disconnect}. */
  get resourceLeaks(): {
    readonly orphanedFrames: number;
    readonly openStreams: number;
    readonly nativeFrames: number;
  } {
    return {
      orphanedFrames: this.#lastSession?.orphanedFrames ?? 0,
      openStreams: this.#lastSession?.openStreams ?? 0,
      nativeFrames: nativeFramesAlive(),
    };
  }

  /**
   * Joins the room, hidden and subscribed to what is armed.
   *
   * @throws PlateauError when the source cannot be used or the server refuses
   */
  async connect(source: Source, armed: ArmedSelection): Promise<void> {
    this.#expect('idle', 'connect');
    const url = parseServerUrl(source.url);
    this.#armed = armed;
    const token = tokenProvider(source);
    this.#setState('connecting');
    this.#connection = 'connecting';
    const session = new RoomSession({
      url,
      token,
      queueSizes: { videoFrames: caps.nativeVideoFrames, audioFrames: caps.nativeAudioFrames },
      pcm: {
        sampleRateHz: pcmFormat.sampleRateHz,
        channels: pcmFormat.channels,
        frameMs: caps.audioFrameMs,
      },
      loopLateAfterMs: caps.loopLateAfterMs,
      isArmed: (publication) => this.#isArmed(publication),
      listener: this.#roomListener(),
    });
    this.#session = session;
    this.#lastSession = session;
    this.#lostBy = null;
    this.#host = serverHost(url);
    try {
      await session.connect();
    } catch (thrown) {
      if (this.#session === session) await this.disconnect();
      throw thrown;
    }
    this.#setState('ready');
    this.#snapshots.eventLoopLag.start();
    this.#timer = setInterval(() => {
      this.#tick();
    }, tickEveryMs);
  }

  /** Everybody in the room, apart from hidden participants. */
  get participants(): readonly ParticipantInfo[] {
    return this.#session?.participants() ?? [];
  }

  /** What they publish, and whether it is subscribed. */
  get publications(): ReturnType<RoomSession['publications']> {
    return this.#session?.publications() ?? [];
  }

  get connection(): ConnectionState {
    return this.#connection;
  }

  /** The room that is joined, and its server. */
  get joined(): { readonly room: string; readonly host: string } | null {
    return this.#session === null ? null : { room: this.#room, host: this.#host };
  }

  /** The take that runs, or is being finalized. */
  get take(): {
    readonly name: string;
    readonly path: string;
    readonly startedAt: Date;
    readonly profile: Profile;
    readonly markers: readonly Marker[];
  } | null {
    const take = this.#take;
    if (take === null) return null;
    return { ...take.folder, startedAt: take.startedAt, profile: take.profile, markers: take.markers };
  }

  /** The encoders of the running take. */
  get encoders(): Take['encoders'] {
    return this.#take?.encoders ?? [];
  }

  /** Writes what the lab does into the event log. */
  noteFault(name: 'faultStarted' | 'faultEnded', message: string, details: RecorderEvent['details']): void {
    this.#report.warning(name, message, null, details);
  }

  /**
   * Breaks the connection on purpose, as LiveKit's own tests do.
   *
   * @throws PlateauError `invalidState` without a room
   */
  async simulateScenario(scenario: NetworkScenario): Promise<void> {
    if (this.#session === null) throw invalidState('break the connection', this.#state);
    await this.#session.simulateScenario(scenario);
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
   * Marks the present moment of the take.
   *
   * @throws PlateauError `invalidState` while none is recorded
   */
  addMarker(label: string): Marker {
    if (this.#take === null || this.#state !== 'recording') throw invalidState('set a marker', this.#state);
    const marker = this.#take.addMarker(label);
    this.#report.info('marker', label === '' ? 'Marker' : `Marker: ${label}`);
    return marker;
  }

  /**
   * Begins a take: everything armed that is subscribed, and whatever is subscribed later.
   *
   * @returns the take's folder
   * @throws PlateauError `outputUnwritable`, `diskFull`, `ffmpegMissing`
   */
  async startTake(request: TakeRequest): Promise<string> {
    this.#expect('ready', 'start a take');
    this.#stoppedBy = null;
    const ffmpeg = await findFfmpeg();
    const folder = await createTakeFolder(request.outputFolder, this.#room, new Date());
    const disk = new DiskSpaceMonitor(folder.path, this.#report);
    await disk.assertFreeSpaceToStart();
    const take = await Take.start({
      folder,
      room: this.#room,
      server: this.#host,
      profile: request.profile,
      audioOnly: request.audioOnly,
      isArmed: (identity) =>
        (request.participants?.includes(identity) ?? true) && request.except?.includes(identity) !== true,
      ffmpegPath: ffmpeg.path,
      ffmpegVersion: ffmpeg.version,
      plateauVersion,
      report: this.#report,
      declaredSize: (identity, kind) =>
        this.#session?.declaredSize(identity, kind === 'participant' ? 'camera' : 'screenShare') ?? null,
      onFatal: (error) => {
        this.#stoppedBy ??= error;
        this.#report.error('takeStopped', `The take is stopped: ${error.message}`);
        this.#stopByItself();
      },
      diskThrottle: this.diskThrottle,
      onWatchdogTrip: () => {
        this.#snapshots.watchdogTrips += 1;
      },
    });
    this.#take = take;
    this.#filling.clear();
    this.#governor.begin();
    if (request.memoryCeilingBytes !== undefined) this.setMemoryCeiling(request.memoryCeilingBytes);
    this.#snapshots.takeStarted();
    this.#disk = disk;
    this.#setState('recording');
    this.#report.info('takeStarted', `Recording to ${folder.name} with ffmpeg ${ffmpeg.version}.`);
    for (const track of this.#session?.tracks ?? []) take.addTrack(track);
    return folder.path;
  }

  /** Ends the take and finalizes its files; a second call returns the same promise. */
  async stopTake(): Promise<Manifest> {
    if (this.#stopping !== null) return this.#stopping;
    const take = this.#take;
    if (take === null) throw invalidState('stop a take', this.#state);
    this.#setState('finalizing');
    this.#governor.end();
    this.#stopping = take
      .stop((fraction) => {
        this.emit('progress', fraction);
      })
      .finally(() => {
        this.#take = null;
        this.#stopping = null;
        this.#setState('ready');
      });
    return this.#stopping;
  }

  /** Stops a take that is under way, leaves the room and ends every thread and timer of the engine. */
  async disconnect(): Promise<void> {
    if (this.#take !== null) await this.stopTake();
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#snapshots.eventLoopLag.stop();
    await this.#session?.close();
    this.#session = null;
    this.#restartAdvice.connectionLeft();
    this.#connection = 'disconnected';
    this.#setState('idle');
  }

  /** The present moment, as consoles show it. Peaks since the last snapshot are reset by it. */
  snapshot(): Snapshot {
    const [state, connection, take, disk] = [this.#state, this.#connection, this.#take, this.#disk];
    return this.#snapshots.build({
      state,
      connection,
      take,
      disk,
      governor: this.#governor,
      unbounded: this.unbounded(),
    });
  }

  /** The take's worst case, buffer by buffer; null while there is none. */
  get budget(): Take['budget'] | null {
    return this.#take?.budget ?? null;
  }

  #tick(): void {
    this.#ticks += 1;
    this.#snapshots.noteLoopLate(this.#session?.drainMaxLoopLateMs() ?? 0);
    const take = this.#take;
    // Between takes as well: a take begins with its audio at the right place.
    if (this.#ticks % ticksPerStatistics === 0) this.#session?.refreshStatistics();
    take?.tick();
    // Before the first track there is nothing to do without, and no budget to speak of.
    if (take !== null && take.sinkCount > 0 && this.#state === 'recording') {
      this.#governor.tick(performance.now(), process.memoryUsage.rss(), Math.round(take.budget.totalBytes));
    }
    if (take !== null && this.#ticks % ticksPerDiskCheck === 0) void this.#checkDisk();
    const isTelemetryDue = take !== null && this.#ticks % ticksPerTelemetryLine === 0;
    if (!isTelemetryDue && this.listenerCount('snapshot') === 0) return;
    const snapshot = this.snapshot();
    if (isTelemetryDue) {
      // Files that are being ended are no workload any more: the verdict is that of the recording.
      if (this.#state === 'recording') this.#snapshots.judge(snapshot);
      take.recordSnapshot(snapshot);
      this.#warn(snapshot);
    }
    this.emit('snapshot', snapshot);
  }

  /** The seeds' warnings: a queue above 20 of 30, and memory above the budget or the ceiling. */
  #warn(snapshot: Snapshot): void {
    for (const { video, identity, file } of snapshot.sinks) {
      const isFilling = video !== null && video.maxQueuedFrames > caps.frameQueueWarnFrames;
      if (!isFilling) this.#filling.delete(file);
      // Once for as long as it lasts: a line a second would push everything else out of the log.
      else if (!this.#filling.has(file)) {
        this.#filling.add(file);
        this.#report.warning(
          'queueFillingUp',
          `Frame queue filling up: ${video.maxQueuedFrames}/${video.queueCapFrames}`,
          identity,
          { queuedFrames: video.maxQueuedFrames },
        );
      }
    }
    const { rssBytes, budgetBytes } = snapshot.memory;
    if (budgetBytes !== null && snapshot.sinks.length > 0) this.#governor.warn(rssBytes, budgetBytes);
  }

  async #checkDisk(): Promise<void> {
    const mustStop = (await this.#disk?.check()) ?? false;
    if (!mustStop || this.#state !== 'recording') return;
    this.#stoppedBy ??= new PlateauError(
      'diskFull',
      'The disk is almost full, so the take was stopped before files could be damaged.',
      'Free some space before the next take, or choose another output folder.',
    );
    this.#report.error(
      'diskFull',
      'The disk is almost full, so the take is being stopped before files are damaged.',
    );
    this.#stopByItself();
  }

  /** Whoever started the take hears of a failure through their own call of {@link Recorder.stopTake}. */
  #stopByItself(): void {
    this.stopTake().catch((thrown: unknown) => {
      this.#report.error('takeNotFinalized', toPlateauError(thrown).message);
    });
  }

  #isArmed(publication: PublicationInfo): boolean {
    if (this.#armed.audioOnly && publication.kind === 'video') return false;
    return this.#armed.participants === null || this.#armed.participants.includes(publication.identity);
  }

  #roomListener(): RoomListener {
    return roomEventLogger(this.#report, {
      onConnection: (connection) => {
        this.#connection = connection;
        if (connection === 'connected') this.#take?.connectionReplaced();
        this.emit('room');
      },
      onRoomNamed: (room) => {
        this.#room = room;
      },
      onTrackSubscribed: (track) => {
        if (this.#monitorOf !== null) track.monitor(this.#monitorOf(track.info));
        this.#take?.addTrack(track);
      },
      onTrackGone: (track) => this.#take?.removeTrack(track),
      onTrackMuted: (track, isMuted) => this.#take?.setMuted(track, isMuted),
      onRoomChanged: () => {
        this.emit('room');
      },
      onLost: (error) => {
        this.#lostBy = error;
        this.emit('lost', error);
      },
    });
  }

  #lostBy: PlateauError | null = null;
  #stoppedBy: PlateauError | null = null;

  /** Why the engine stopped the latest take by itself; null when it did not. */
  get stoppedBy(): PlateauError | null {
    return this.#stoppedBy;
  }

  /** Why the connection is gone for good; null while it stands or is being found again. */
  get lostBy(): PlateauError | null {
    return this.#lostBy;
  }

  #setState(state: RecorderState): void {
    this.#state = state;
    this.emit('state', state);
  }

  #expect(state: RecorderState, action: string): void {
    if (this.#state !== state) throw invalidState(action, this.#state);
  }
}

function invalidState(action: string, state: RecorderState): PlateauError {
  return new PlateauError(
    'invalidState',
    `Cannot ${action} while the recorder is ${state}.`,
    'Wait for the running command to end.',
  );
}
