import type { PlateauError } from '../contract/errors.js';
import { caps } from '../contract/limits.js';
import type { Manifest, Marker } from '../contract/manifest.js';
import type { SignalAlarm } from '../contract/signal-alarms.js';
import type { RecorderEvent, SinkSnapshot, Snapshot } from '../contract/snapshot.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { SubscribedTrack } from '../livekit/remote-track.js';
import type { ParticipantInfo } from '../livekit/room-listener.js';
import type { TrackState } from '../livekit/room-publications.js';
import { ByteCap } from '../pipeline/byte-cap.js';
import { ForwardState } from '../pipeline/forward-state.js';
import { FrameRateLimit } from '../pipeline/frame-rate-limit.js';
import { TakeClock } from '../pipeline/take-clock.js';
import { HurriedWait } from '../process/hurry.js';
import type { TakeFolder } from '../storage/take-folder.js';
import type { Budget } from '../telemetry/budget.js';
import { judgedRssBytes } from '../telemetry/judged-memory.js';
import { budgetedFiles } from './budgeted-files.js';
import type { ContinuedMedia } from './continued-media.js';
import type { CopyHandOver } from './copy-hand-over.js';
import { filesOfTake, handOverOf } from './files-of-take.js';
import { finishTake, type StopHooks } from './finish-take.js';
import { GoingOn } from './going-on.js';
import { closingLimitMs, hurriedLimitMs, neverInAHurry, unlessGivenUp } from './hurried-stop.js';
import { ManifestOfTake } from './manifest-of-take.js';
import { isMeant } from './meant-track.js';
import type { Problem } from './problem.js';
import { SignalLog } from './signal-log.js';
import { TakeBackup } from './take-backup.js';
import { packetsOf, TakeBudget } from './take-budget.js';
import type { FilledTake, TakeWithMedia } from './take-media.js';
import { TakeMemory } from './take-memory.js';
import { lateTickMs, TakeMoments } from './take-moments.js';
import { TakeParticipants } from './take-participants.js';
import { TakeParts } from './take-parts.js';
import { TakePlaces } from './take-places.js';
import { TakeProblems } from './take-problems.js';
import { TakeTelemetry } from './take-telemetry.js';
import { telemetryHeader } from './telemetry-header.js';
import { TrackOnsets } from './track-onsets.js';

/** One take: its folder, its clock, its files, its manifest. */
export class Take {
  readonly clock = new TakeClock();
  readonly frameBytes = new ByteCap(caps.frameQueueBytes);
  readonly frameRateLimit = new FrameRateLimit();
  /** In which it has begun. */
  readonly folder: TakeFolder;
  readonly startedAt = new Date();
  readonly #options: TakeWithMedia;
  readonly #life = new ForwardState('recording', 'stopping');
  readonly files: ContinuedMedia;
  readonly handOver: CopyHandOver;
  readonly parts: TakeParts;
  readonly #places: TakePlaces;
  readonly backup: TakeBackup | null;
  readonly goingOn: GoingOn;
  readonly #telemetry: TakeTelemetry;
  readonly moments = new TakeMoments(this.clock);
  readonly signals: SignalLog;
  readonly participants: TakeParticipants;
  readonly onsets: TrackOnsets;
  readonly #problems: TakeProblems;
  readonly #budget: TakeBudget;
  readonly memory = new TakeMemory();
  readonly #manifest: ManifestOfTake;
  #lastTickMs = 0;

  private constructor(options: TakeWithMedia) {
    this.#options = options;
    this.folder = options.folder;
    const takeMs = (): number => this.clock.nowMs();
    const isStopping = (): boolean => this.#life.hasReached('stopping');
    this.#places = new TakePlaces(options, { ...options, takeMs });
    this.backup = TakeBackup.of(options, this.#places, takeMs);
    this.signals = new SignalLog(options);
    this.#problems = new TakeProblems(this.#places, (problem) => {
      this.noteProblem(problem);
      options.onProblem(problem);
    });
    this.participants = new TakeParticipants(options.participantOf);
    this.onsets = new TrackOnsets(options, this, () => void this.#saveManifest());
    const made = {
      ...{ take: options, clock: this.clock, places: this.#places, problems: this.#problems },
      ...{ frameBytes: this.frameBytes, frameRateLimit: this.frameRateLimit },
      ...{ participants: this.participants, moments: this.moments },
      goingOn: () => this.goingOn,
      updateBudget: () => this.#budget.update(),
      saveManifest: () => this.#saveManifest(),
      noteMissing: (track: PublicationInfo, error: PlateauError) => this.noteMissing(track, error),
    };
    this.files = filesOfTake(made);
    this.parts = new TakeParts({
      ...{ files: this.files, take: options, moments: this.moments, places: this.#places },
      onChanged: () => {
        this.#budget.update();
        return this.#saveManifest();
      },
    });
    this.#telemetry = new TakeTelemetry(options, telemetryHeader(options, this.startedAt));
    this.goingOn = new GoingOn({
      ...{ places: this.#places, files: this.files, parts: this.parts, report: options.report },
      ...{ fallback: options.fallback, nowMs: takeMs, isStopping },
      onMoved: (place) => {
        this.#telemetry.moveTo(place);
        options.onMoved?.(place);
      },
    });
    this.handOver = handOverOf(made, { media: this.files, parts: this.parts, isStopping, filled: this });
    this.#budget = new TakeBudget(this.#telemetry, this.clock, options.report, options.rssBytes, () =>
      budgetedFiles({ files: this.files, parts: this.parts, take: options, hasBackup: this.backup !== null }),
    );
    this.#manifest = new ManifestOfTake({
      ...{ options, startedAt: this.startedAt, places: this.#places, parts: this.parts },
      isCopied: () => this.files.isCopied,
      ...{ budget: this.#budget, memory: this.memory, moments: this.moments, backup: this.backup },
      ...{ signals: this.signals, participants: this.participants, problems: this.#problems },
    });
  }

  /**
   * Begins a take: its clock runs, its folder has a manifest. Whoever starts it has to {@link Take.stop} it.
   *
   * @throws PlateauError `outputUnwritable`, `diskFull`
   */
  static async start(options: TakeWithMedia): Promise<Take> {
    const take = new Take(options);
    await take.#places.lock(options, take.files.processId);
    await take.#manifest.begin();
    return take;
  }

  /** What the take may use at most, with the files that it has by now. */
  get budget(): Budget {
    return this.#budget.current;
  }

  /** What it is recorded with, and of which room. */
  get request(): Pick<TakeWithMedia, 'arm' | 'audioOnly' | 'isArmed' | 'mode' | 'profile' | 'room'> {
    return { ...this.#options, mode: this.files.encoded === null ? 'copy' : 'encode' };
  }

  /** Packets of each of its streams that have ended, as their encoders wrote them. */
  get packets(): readonly number[] {
    return packetsOf(this.parts.open());
  }

  /** Records a track of the room's own session; in copy mode it is seen beside the take, and a part of its budget alone. */
  addTrack(track: SubscribedTrack, lateMs = 0): void {
    const { encoded } = this.files;
    if (encoded !== null) {
      if (this.begin(track.info, (nowMs) => encoded.add(track, nowMs), lateMs)) this.onsets.add(track);
    } else if (this.files.openCount > 0) this.#budget.update();
  }

  /** A track is wanted unless somebody is left out: `record` begins with it. @param lateMs as participants take it @returns whether it is */
  begin(track: PublicationInfo, record: (nowMs: number) => void, lateMs = 0): boolean {
    if (!this.#isWanted(track)) return false;
    const why = this.participants.came(track, this.clock.nowMs(), lateMs);
    if (why !== null) this.#options.report.warning(why.code, why.message, track.identity, { hint: why.hint });
    record(this.clock.nowMs());
    void this.#saveManifest();
    return true;
  }

  /** A track that is to be recorded is not, and why. @param awaitedMs so long it had been waited for by now */
  noteMissing(track: PublicationInfo, error: PlateauError, awaitedMs = 0): void {
    if (!this.#isWanted(track)) return;
    this.participants.missing(track, error, Math.max(0, this.clock.nowMs(awaitedMs)));
    void this.#saveManifest();
  }

  /** The track delivers no more; its file goes on without it. @param isTaken it is published still */
  readonly removeTrack = (track: SubscribedTrack, isTaken = false): void =>
    this.files.encoded?.remove(track, this.clock.nowMs(), isTaken);

  /** The owner of a track muted or unmuted it. */
  readonly setMuted = (...muted: [track: SubscribedTrack, isMuted: boolean]): void =>
    this.files.encoded?.setMuted(...muted);

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
    if (this.clock.lastPause !== null) this.files.setPause(this.clock.lastPause);
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

  /** As {@link CopyHandOver.receiverGone}. */
  readonly receiverGone: FilledTake['receiverGone'] = (...gone) => this.handOver.receiverGone(...gone);

  /** Called a few times a second. @param alarms of the tracks of the room; `stateOf` says what has become of one */
  tick(alarms: readonly SignalAlarm[], stateOf: (trackSid: string) => TrackState): void {
    if (this.#life.hasReached('stopping')) return;
    const nowMs = this.clock.nowMs();
    const sinceMs = nowMs - this.#lastTickMs;
    this.#lastTickMs = nowMs;
    // After a blocked event loop timers come before the frames that waited: filling in now would make those too old.
    if (sinceMs > lateTickMs) return;
    this.files.tick(nowMs);
    this.parts.tick(nowMs);
    this.goingOn.tick();
    this.handOver.tick(nowMs);
    if (this.signals.update(this.clock, alarms, stateOf, this.files.alarms !== undefined))
      void this.#saveManifest();
  }

  /** Every file at the present moment. Peaks since the last call are reset by it. */
  sinkSnapshots(): SinkSnapshot[] {
    return this.files.snapshots(this.moments.takeMs);
  }

  /** Writes a line of telemetry. Bounded: what does not fit into its queue is left out. */
  recordSnapshot(snapshot: Snapshot): void {
    this.memory.accept(snapshot);
    this.#budget.settle(judgedRssBytes(snapshot));
    this.#telemetry.write(snapshot);
  }

  /** Writes an event into the telemetry. */
  recordEvent(event: RecorderEvent): void {
    this.#telemetry.write({ schema: 'plateau.event/1', ...event });
  }

  /** It is lost, or a new one stands: what the SDK keeps of the one before is a part of the budget from then on. */
  connectionChanged(isConnected: boolean): void {
    this.files.connectionChanged(isConnected, this.moments.lastStandstill);
    this.signals.connectionChanged(isConnected, this.clock.nowMs());
    if (!isConnected) this.participants.connectionLost();
    else if (this.files.openCount > 0) this.#budget.update();
  }

  /**
   * Ends every file, makes ordinary ones of them, checks them and writes the final manifest. What resists stays as it grew.
   *
   * @param onProgress 0 to 1, over all files, until they play; `hooks` hear that they do, and how far they are checked
   * @throws PlateauError `diskFull`, `outputUnwritable` of the manifest; in a hurry `takeNotFinalized`, `takeNotChecked`
   */
  async stop(onProgress: (fraction: number) => void, hooks: StopHooks = {}): Promise<Manifest> {
    this.#life.advance('stopping');
    this.onsets.end();
    this.handOver.end(this.clock.nowMs());
    this.moments.end();
    const hurry = this.#options.hurry ?? neverInAHurry;
    const wait = new HurriedWait(hurry, () => hurriedLimitMs(this.files.writtenBytes));
    try {
      return await unlessGivenUp(wait, { ...hooks, onProgress }, (told) => this.#stop(wait, told));
    } finally {
      const closed = [this.#telemetry.close().then(() => this.backup?.close()), this.#places.dispose()];
      await new HurriedWait(hurry, closingLimitMs).for(Promise.all(closed));
    }
  }

  async #stop(wait: HurriedWait, hooks: StopHooks): Promise<Manifest> {
    await this.goingOn.settled;
    const endMs = this.moments.filesEnd();
    // Both in this very turn: what comes while the manifest is written is of no take any more.
    await Promise.all([this.handOver.finish(endMs), this.#saveManifest('finalizing', endMs)]);
    void this.backup?.filesEnded();
    await this.parts.stop();
    await this.#problems.judged;
    wait.progress();
    this.#budget.finalize(this.packets);
    this.goingOn.tick();
    return finishTake({
      ...{ groups: this.parts.openGroups(), furtherAudio: this.#options.furtherAudio ?? 'file' },
      ...{ wait, hooks, endMs, places: this.#places, backup: this.backup },
      manifestOf: (...ended) => this.#manifest.readEnded(endMs, ...ended),
    });
  }

  readonly #isWanted = (track: PublicationInfo): boolean =>
    !this.#life.hasReached('stopping') && isMeant(this.#options, track);

  #saveManifest(state: 'recording' | 'finalizing' = 'recording', endMs: number | null = null): Promise<void> {
    if (state === 'recording' && this.#life.hasReached('stopping')) return Promise.resolve();
    return this.#manifest.save(state, endMs);
  }
}
