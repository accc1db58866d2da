import { join } from 'node:path';
import type { PlateauError } from '../contract/errors.js';
import { caps } from '../contract/limits.js';
import type { Manifest, Marker } from '../contract/manifest.js';
import type { Profile } from '../contract/profile.js';
import type { SignalAlarm } from '../contract/signal-alarms.js';
import type { RecorderEvent, SinkSnapshot, Snapshot } from '../contract/snapshot.js';
import { BlackFiller } from '../finalize/black-filler.js';
import type { PublicationInfo, SubscribedTrack } from '../livekit/remote-track.js';
import type { ParticipantInfo } from '../livekit/room-listener.js';
import { ByteCap } from '../pipeline/byte-cap.js';
import { ForwardState } from '../pipeline/forward-state.js';
import { FrameRateLimit } from '../pipeline/frame-rate-limit.js';
import { TakeClock } from '../pipeline/take-clock.js';
import { HurriedWait } from '../process/hurry.js';
import { writeManifest } from '../storage/manifest-file.js';
import type { TakeFolder } from '../storage/take-folder.js';
import { TakeLock } from '../storage/take-lock.js';
import type { Budget } from '../telemetry/budget.js';
import { NdjsonFile } from '../telemetry/ndjson-file.js';
import { finishTake, type StopHooks } from './finish-take.js';
import { closingLimitMs, hurriedLimitMs, neverInAHurry, unlessGivenUp } from './hurried-stop.js';
import { FileAllowance } from './max-files.js';
import type { Problem } from './problem.js';
import { SignalLog } from './signal-log.js';
import { packetsOf, TakeBudget } from './take-budget.js';
import { TakeFiles } from './take-files.js';
import { ManifestQueue, takeManifest, takeOutcome } from './take-manifest.js';
import { TakeMemory } from './take-memory.js';
import { lateTickMs, TakeMoments } from './take-moments.js';
import type { TakeOptions } from './take-options.js';
import { TakeParticipants } from './take-participants.js';
import { TakeParts } from './take-parts.js';
import { TakeProblems } from './take-problems.js';
import { telemetryHeader } from './telemetry-header.js';

/** One take: its folder, its clock, a sink for each participant and screen share, its manifest. */
export class Take {
  readonly clock = new TakeClock();
  readonly frameBytes = new ByteCap(caps.frameQueueBytes);
  readonly frameRateLimit = new FrameRateLimit();
  readonly folder: TakeFolder;
  readonly startedAt = new Date();
  readonly #options: TakeOptions;
  readonly #life = new ForwardState('recording', 'stopping');
  readonly files: TakeFiles;
  readonly parts: TakeParts;
  readonly #telemetry: NdjsonFile;
  readonly #filler: BlackFiller;
  readonly #manifests: ManifestQueue;
  readonly moments = new TakeMoments(this.clock);
  readonly #signals: SignalLog;
  readonly participants: TakeParticipants;
  readonly #problems: TakeProblems;
  #lock: TakeLock | null = null;
  readonly #budget: TakeBudget;
  readonly #memory = new TakeMemory();
  #lastTickMs = 0;

  private constructor(options: TakeOptions) {
    this.#options = options;
    const { path } = (this.folder = options.folder);
    this.#signals = new SignalLog(options);
    this.#problems = new TakeProblems(path, (problem) => {
      this.noteProblem(problem);
      options.onProblem(problem);
    });
    this.participants = new TakeParticipants(options.participantOf);
    this.files = new TakeFiles(
      {
        ...{ ...options, folder: path, clock: this.clock, allowance: new FileAllowance(options.maxFiles) },
        ...{ frameBytes: this.frameBytes, frameRateLimit: this.frameRateLimit },
      },
      {
        onShape: (sink) => {
          this.#budget.update();
          // Made now, at low priority, so that stopping does not have to wait for it; a failure shows at the stop.
          this.#filler.warm(options.profile, sink.canvas).catch(() => undefined);
        },
        onSegment: () => void this.#saveManifest(),
        onFailed: (sink, error) => this.#problems.fileFailed(sink, error),
        onWatchdogTrip: options.onWatchdogTrip,
        onOpenChanged: () => this.#budget.update(),
        onRefused: (track, error) => {
          this.noteMissing(track, error);
          options.onProblem({ error, concerns: 'file', file: null, identity: track.identity });
        },
        onRecordedAfterAll: ({ trackSid }) => this.participants.recordedFrom(trackSid, this.clock.nowMs()),
      },
    );
    this.#filler = new BlackFiller(path, options.ffmpegPath);
    this.parts = new TakeParts({
      ...{ files: this.files, take: options, moments: this.moments, filler: this.#filler },
      onChanged: () => {
        this.#budget.update();
        return this.#saveManifest();
      },
    });
    const { lanes, report } = options;
    this.#manifests = new ManifestQueue(path, report, lanes.checks, options.reserve);
    this.#telemetry = new NdjsonFile(join(path, 'telemetry.ndjson'), caps.telemetryQueueBytes, lanes.writes);
    this.#telemetry.write(telemetryHeader(options, this.startedAt));
    this.#budget = new TakeBudget(this.#telemetry, this.clock, () => ({
      ...{ open: this.files.shapes(), closedCount: this.files.closedCount, replayBytes: options.replayBytes },
      checkedPackets: [...(options.checkedPackets?.() ?? []), ...this.parts.checkedPackets],
    }));
  }

  /**
   * Begins a take: its clock runs, its folder has a manifest. Whoever starts it has to {@link Take.stop} it.
   *
   * @throws PlateauError `outputUnwritable`, `diskFull`
   */
  static async start(options: TakeOptions): Promise<Take> {
    const take = new Take(options);
    const { folder, lanes } = options;
    take.#lock = await TakeLock.acquire(folder.path, 'recording', () => take.clock.nowMs(), lanes.writes);
    await writeManifest(options.folder.path, take.#manifest('recording', null));
    return take;
  }

  /** What the take may use at most, with the files that it has by now. */
  get budget(): Budget {
    return this.#budget.current;
  }

  /** How many files are open. */
  get openFiles(): number {
    return this.files.openCount;
  }

  /** What it is recorded with. */
  get profile(): Profile {
    return this.#options.profile;
  }

  /** The encoders that run, by the file they write. */
  get encoders(): TakeFiles['encoders'] {
    return this.files.encoders;
  }

  /** Packets of each of its streams that have ended, as their encoders wrote them. */
  get packets(): readonly number[] {
    return packetsOf(this.parts.open());
  }

  /** Records a track. */
  addTrack(track: SubscribedTrack): void {
    if (!this.#isWanted(track.info)) return;
    this.participants.came(track.info);
    this.files.add(track, this.clock.nowMs());
    void this.#saveManifest();
  }

  /** A track that is to be recorded is not, and why. */
  noteMissing(track: PublicationInfo, error: PlateauError): void {
    if (!this.#isWanted(track)) return;
    this.participants.missing(track, error, this.clock.nowMs());
    void this.#saveManifest();
  }

  /** The track delivers no more; its file goes on without it. */
  removeTrack(track: SubscribedTrack): void {
    this.files.remove(track, this.clock.nowMs());
  }

  /** The owner of a track muted or unmuted it. */
  setMuted(track: SubscribedTrack, isMuted: boolean): void {
    this.files.setMuted(track, isMuted);
  }

  /** Somebody has another name now, and so have their files; or other attributes, which the next manifest has. */
  participantChanged(participant: ParticipantInfo): void {
    const isListed = this.participants.changed(participant);
    if (this.files.rename(participant.identity, participant.name) || isListed) void this.#saveManifest();
  }

  /** Marks a moment in the manifest, which holds markers in the order of time; `agoMs` is how long ago it was. */
  addMarker(label: string, agoMs: number): Marker {
    const marker = this.moments.mark(label, agoMs);
    void this.#saveManifest();
    return marker;
  }

  /** What comes while it is paused is in no file; they go on right behind what they had. @returns how long it was */
  setPaused(isPaused: boolean): number {
    const lengthMs = isPaused ? this.moments.pause() : this.moments.resume();
    // Who came meanwhile, and who lost their encoder, does not wait for the next tick.
    this.files.tick(this.clock.nowMs());
    void this.#saveManifest();
    return lengthMs;
  }

  /** Writes down why the take holds less than was asked for. The worst that happened stays in the manifest. */
  noteProblem(problem: Problem): void {
    this.#problems.note(problem);
    void this.#saveManifest();
  }

  /** Called a few times a second. @param alarms of the tracks of the room */
  tick(alarms: readonly SignalAlarm[]): void {
    if (this.#life.hasReached('stopping')) return;
    const nowMs = this.clock.nowMs();
    const sinceMs = nowMs - this.#lastTickMs;
    this.#lastTickMs = nowMs;
    // After a blocked event loop timers come before the frames that waited: filling in now would make those too old.
    if (sinceMs > lateTickMs) return;
    this.files.tick(nowMs);
    this.parts.tick(nowMs);
    if (this.#signals.update(this.clock, alarms)) void this.#saveManifest();
  }

  /** Every file at the present moment. Peaks since the last call are reset by it. */
  sinkSnapshots(): SinkSnapshot[] {
    return this.files.snapshots(this.clock.nowMs());
  }

  /** Writes a line of telemetry. Bounded: what does not fit into its queue is left out. */
  recordSnapshot(snapshot: Snapshot): void {
    this.#memory.accept(snapshot);
    this.#telemetry.write(snapshot);
  }

  /** Writes an event into the telemetry. */
  recordEvent(event: RecorderEvent): void {
    this.#telemetry.write({ schema: 'plateau.event/1', ...event });
  }

  /** It is lost, or a new one stands: what the SDK keeps of the one before is a part of the budget from then on. */
  connectionChanged(isConnected: boolean): void {
    this.files.connectionChanged(isConnected);
    if (isConnected && this.files.openCount > 0) this.#budget.update();
  }

  /**
   * Ends every file, makes ordinary ones of them, checks them and writes the final manifest. What resists stays as it grew.
   *
   * @param onProgress 0 to 1, over all files, until they play; `hooks` hear that they do, and how far they are checked
   * @throws PlateauError `diskFull`, `outputUnwritable` for the final manifest; in a hurry, when something does not answer,
   *   `takeNotFinalized` or `takeNotChecked`
   */
  async stop(onProgress: (fraction: number) => void, hooks: StopHooks = {}): Promise<Manifest> {
    this.#life.advance('stopping');
    this.moments.end();
    const hurry = this.#options.hurry ?? neverInAHurry;
    const wait = new HurriedWait(hurry, () => hurriedLimitMs(this.files.writtenBytes));
    try {
      return await unlessGivenUp(wait, { ...hooks, onProgress }, (told) => this.#stop(wait, told));
    } finally {
      const closed = Promise.all([this.#telemetry.close(), this.#filler.dispose(), this.#lock?.release()]);
      await new HurriedWait(hurry, closingLimitMs).for(closed);
    }
  }

  async #stop(wait: HurriedWait, hooks: StopHooks): Promise<Manifest> {
    const endMs = this.clock.nowMs();
    await this.#saveManifest('finalizing', endMs);
    await this.files.finish(endMs);
    await this.parts.stop();
    await this.#problems.judged;
    wait.progress();
    this.#budget.finalize(this.packets);
    return finishTake({
      files: { ...this.parts.finalizing, entries: this.parts.open() },
      furtherAudio: this.#options.furtherAudio ?? 'file',
      ...{ wait, hooks, manifests: this.#manifests, lock: this.#lock },
      manifestOf: (others, state) => {
        const entries = this.parts.merged(others);
        const outcome = takeOutcome(entries, this.#problems.isBroken, this.#problems.worst !== null);
        return this.#manifest(state ?? outcome, endMs, entries);
      },
    });
  }

  #isWanted({ identity, kind }: PublicationInfo): boolean {
    const isKind = kind === 'audio' || !this.#options.audioOnly;
    return isKind && !this.#life.hasReached('stopping') && this.#options.isArmed(identity);
  }

  #saveManifest(state: 'recording' | 'finalizing' = 'recording', endMs: number | null = null): Promise<void> {
    if (state === 'recording' && this.#life.hasReached('stopping')) return Promise.resolve();
    return this.#manifests.save(() => this.#manifest(state, endMs));
  }

  #manifest(state: Manifest['state'], durationMs: number | null, files = this.parts.entries()): Manifest {
    return takeManifest({
      ...this.#options,
      state,
      files,
      durationMs,
      startedAt: this.startedAt,
      takeName: this.folder.name,
      budgetBytes: this.#budget.largestBytes,
      ...{ ...this.#memory.facts, ...this.moments.entries, pausedMs: this.moments.pausedMs },
      ...this.#signals.listed(files),
      ...this.participants.entries,
      problem: this.#problems.worst,
    });
  }
}
