import type { ManifestFile } from '../contract/manifest.js';
import type { Profile } from '../contract/profile.js';
import type { SinkSnapshot } from '../contract/snapshot.js';
import { roleWords } from '../contract/track-roles.js';
import { codecNames } from '../ffmpeg/ffmpeg-arguments.js';
import type { PublicationInfo } from '../livekit/publication-info.js';
import type { SubscribedTrack } from '../livekit/remote-track.js';
import type { Interval } from '../pipeline/missed-frames.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { Cut } from '../sink/file-parts.js';
import type { RecordingSink, SinkSubject } from '../sink/recording-sink.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { type DiskBytes, diskBytesOf } from './disk-silence.js';
import { fileEvents } from './file-events.js';
import { LossLog } from './loss-log.js';
import { absenceEvents } from './loss-sample.js';
import type { FileAllowance, OpenFiles } from './max-files.js';
import { type FailedFrames, failedFramesOf } from './move-loss.js';
import { encodersOf, OpenCount, type RunningEncoder } from './open-count.js';
import { endFiles, entriesOf, leaveFile, type OpenFile } from './open-file.js';
import { PartLosses } from './part-losses.js';
import { SinkFactory, type SinkFactoryOptions } from './sink-factory.js';
import { SinkMeter } from './sink-meter.js';
import { StarvedFiles } from './starved-files.js';
import { type FileShape, openFilesOf, openFilesWith, shapesOf } from './stream-shape.js';
import { TakeCuts } from './take-cuts.js';
import type { TakeFilesEvents } from './take-files-events.js';
import { TakenTracks } from './taken-tracks.js';
import { tellFurther, tellGoesOn } from './track-events.js';
import { TrackHistory } from './track-history.js';
import { TrackPlaces } from './track-places.js';

/**
 * The files of one take: a sink for each participant, each screen share, and each track beyond the first of its kind,
 * made when their first track comes.
 */
export class TakeFiles {
  readonly #factory: SinkFactory;
  readonly #report: EventReporter;
  readonly #profile: Profile;
  readonly #clock: TakeClock;
  readonly #events: TakeFilesEvents;
  readonly #publicationsOf: SinkFactoryOptions['publicationsOf'];
  readonly #allowance: FileAllowance;
  readonly #places = new TrackPlaces<SubscribedTrack>();
  /** Tracks that came in a pause, and need an encoder; no more than the room has. */
  readonly #waiting = new Set<SubscribedTrack>();
  /** Tracks for whose files there was no room, in the order in which they came; no more than the room has. */
  readonly #refused = new Set<SubscribedTrack>();
  readonly #starved: StarvedFiles;
  readonly #cuts: TakeCuts;
  readonly #openCount = new OpenCount();
  readonly #files = new Map<string, OpenFile>();
  readonly taken = new TakenTracks(() => Math.min(this.#clock.nowMs(), this.#endMs));
  /** Where all of them end: who leaves while they are being written left no sooner for them. In milliseconds of the take. */
  #endMs = Infinity;

  constructor(options: SinkFactoryOptions & { readonly allowance: FileAllowance }, events: TakeFilesEvents) {
    this.#publicationsOf = options.publicationsOf;
    this.#allowance = options.allowance;
    this.#factory = new SinkFactory(options);
    this.#report = options.report;
    this.#profile = options.profile;
    this.#clock = options.clock;
    this.#cuts = new TakeCuts(options.clock, options.profile);
    this.#events = events;
    this.#starved = new StarvedFiles(options.report, events);
  }

  /** All of them, open or not. */
  get all(): Iterable<OpenFile> {
    return this.#files.values();
  }

  /** How many are open at the moment. */
  get openCount(): number {
    return this.#sinks.filter(({ isOpen }) => isOpen).length;
  }

  /**
   * Every file goes on in another one, from the same moment on, which is to come; the encoders for it are started now.
   *
   * @param atMs where; null for as soon as it can be
   * @param onPlanned told before the first encoder is started
   * @throws PlateauError as {@link TakeCuts.add} does
   */
  cut(atMs: number | null, onPlanned: (cut: Cut) => void = () => undefined): Cut {
    const cut = this.#cuts.add(atMs);
    onPlanned(cut);
    for (const sink of this.#sinks) this.#factory.cut(sink, cut);
    this.#tellOpen();
    return cut;
  }

  /** Files whose disk has failed go on from there, in another folder. @param takeMs null when there is none */
  goOnAt(takeMs: number | null): void {
    for (const sink of this.#sinks) sink.goOnAt(takeMs);
  }

  /** Compressed bytes of the largest file of a part that is recorded. */
  largestPart(partNumber: number): number {
    const bytes = this.#sinks.map(({ parts, writtenBytes }) => parts.bytesOf(partNumber, writtenBytes));
    return Math.max(0, ...bytes);
  }

  /** Whether what belongs to a part has passed its end, in every file, and is on disk. */
  hasEnded(partNumber: number): boolean {
    return this.#sinks.every(({ parts }) => parts.hasEndedPart(partNumber));
  }

  /** The same, and all is known that the part has lost. */
  isSettled(partNumber: number): boolean {
    return this.hasEnded(partNumber) && [...this.all].every(({ losses }) => losses.isSettled(partNumber));
  }

  /** Compressed bytes on disk, over all of them. */
  get writtenBytes(): number {
    return this.disk.writtenBytes;
  }

  /** As {@link diskBytesOf} says, over all of them. */
  get disk(): DiskBytes {
    return diskBytesOf(this.#sinks);
  }

  /** As {@link failedFramesOf} says, over all of them. */
  failedFrames(): FailedFrames {
    return failedFramesOf(this.#sinks);
  }

  /** The encoders that run, by the file they write. */
  get encoders(): RunningEncoder[] {
    return encodersOf(this.#sinks);
  }

  /**
   * Records a track: in its participant's file or their screen's, or in one of its own while another track of its kind
   * is on. @param nowMs milliseconds on the take's timeline
   */
  add(track: SubscribedTrack, nowMs: number): void {
    const displaced = this.#places.displacedBy(track);
    if (displaced !== undefined) this.#leave(displaced, nowMs);
    this.#record(track, nowMs);
    if (displaced !== undefined) this.#record(displaced, nowMs);
  }

  #record(track: SubscribedTrack, nowMs: number): void {
    const { identity, participantName } = track.info;
    // Whoever comes back may have another name.
    this.rename(identity, participantName);
    const { fileKey, subject } = this.#places.give(track, this.#publicationsOf(identity), nowMs);
    const known = this.#files.get(fileKey);
    if (this.#clock.isPaused && known?.sink.isOpen !== true) {
      this.#places.free(track);
      this.#waiting.add(track);
      return;
    }
    const open = openFilesOf(this.#sinks);
    const wanted = openFilesWith(open, known?.sink, track.info.kind);
    if (wanted !== null && !this.#allowance.allows(wanted)) {
      this.#places.free(track);
      this.#refuse(track, open, wanted);
      return;
    }
    if (this.#refused.delete(track)) this.#events.onRecordedAfterAll(track.info);
    const { history, losses, sink } = known ?? this.#open(fileKey, subject, track.info);
    history.began(track, nowMs);
    this.taken.came(track, sink);
    losses.current.trackCame(track.info.kind, nowMs, track.isMuted);
    void sink.add(track);
    if (track.info.kind === 'video') this.#events.onShape(sink);
    if (known === undefined && subject.trackNumber > 1)
      tellFurther(this.#report, track.info, subject, sink.file);
    this.#tellOpen();
  }

  /** The track delivers no more; its file goes on without it. @param isTaken it is published still */
  remove(track: SubscribedTrack, nowMs: number, isTaken = false): void {
    const leftMs = Math.min(nowMs, this.#endMs);
    this.#refused.delete(track);
    this.#waiting.delete(track);
    const successor = this.#places.successorOf(track, leftMs);
    this.#leave(track, leftMs, isTaken);
    if (successor === undefined) return;
    this.remove(successor, leftMs);
    this.add(successor, leftMs);
    tellGoesOn(this.#report, successor.info, this.#holding(successor)?.sink.file ?? '');
  }

  /** It is in its file no more. */
  #leave(track: SubscribedTrack, leftMs: number, isTaken = false): void {
    const file = this.#holding(track);
    this.#places.free(track);
    if (file !== undefined) leaveFile(file, track, leftMs, isTaken ? this.taken : null);
  }

  /** The owner of a track muted or unmuted it. */
  setMuted(track: SubscribedTrack, isMuted: boolean): void {
    (this.#holding(track)?.sink ?? this.taken).setMuted(track, isMuted);
  }

  /** Gives the files of somebody another name. @returns whether any has it only now */
  rename(identity: string, name: string): boolean {
    const renamed = this.#sinks.filter(
      ({ subject }) => subject.identity === identity && subject.participantName !== name,
    );
    for (const sink of renamed) sink.subject = { ...sink.subject, participantName: name };
    return renamed.length > 0;
  }

  /** Called a few times a second. @param nowMs milliseconds on the take's timeline */
  tick(nowMs: number): void {
    for (const [fileKey, { losses, sink }] of this.#files) {
      sink.tick(nowMs);
      losses.sample(sink, nowMs, this.#clock.isPaused);
      this.#starved.look(sink, () => this.#places.tracksIn(fileKey));
    }
    // Whoever waited longest comes first, then what else belongs to their file.
    for (const track of this.#clock.isPaused ? [] : [...this.#waiting, ...this.#refused]) {
      this.#waiting.delete(track);
      this.add(track, nowMs);
    }
    this.#tellOpen();
  }

  /** The connection to the room is lost, and tracks go with it; or it stands again, and they come back. */
  connectionChanged(isConnected: boolean, lastStandstill: Interval | null): void {
    const nowMs = Math.min(this.#clock.nowMs(), this.#endMs);
    for (const { losses, sink } of this.#files.values()) {
      sink.tracks.connectionChanged(isConnected, nowMs);
      losses.connectionChanged(sink, nowMs, isConnected, lastStandstill);
    }
  }

  /** Every file at the present moment. Peaks since the last call are reset by it. */
  snapshots(nowMs: number): SinkSnapshot[] {
    const files = [...this.#files.values()];
    return files.map(({ losses, meter }) => ({ ...meter.snapshot(nowMs), gaps: losses.extent }));
  }

  /** Their entries in the manifest, as far as they are known. */
  entries(): ManifestFile[] {
    const codecs = codecNames(this.#profile);
    return [...this.#files.values()].flatMap((file) => entriesOf(file, codecs));
  }

  /** What the budget has to reckon with: files that are open, and the size that a track of theirs may have at most. */
  shapes(): FileShape[] {
    return shapesOf(this.#sinks, this.#profile.maxFps ?? 60);
  }

  /** Ends all of them at `endMs` of the take, and waits until they are on disk. Never rejects. */
  async finish(endMs: number): Promise<void> {
    this.#endMs = endMs;
    await endFiles([...this.#files.values()], endMs, {
      onFailed: (error, sink) => this.#events.onFailed(sink, error, sink.parts.current),
      lastStandstill: () => this.#events.lastStandstill?.() ?? null,
    });
  }

  get #sinks(): RecordingSink[] {
    return [...this.#files.values()].map(({ sink }) => sink);
  }

  #holding(track: SubscribedTrack): OpenFile | undefined {
    return this.#files.get(this.#places.find(track)?.fileKey ?? '');
  }

  #open(fileKey: string, subject: SinkSubject, first: PublicationInfo): OpenFile {
    const { identity } = subject;
    const losses = new PartLosses(new LossLog(absenceEvents(this.#report, identity, () => sink)));
    const events = fileEvents({
      ...{ identity, losses, clock: this.#clock, report: this.#report, events: this.#events },
      sink: () => sink,
      onStarved: () => this.#starved.add(sink, () => this.#places.tracksIn(fileKey)),
    });
    const sink: RecordingSink = this.#factory.create(subject, first, this.#cuts.current, events);
    const opened = { sink, meter: new SinkMeter(sink, this.#clock), history: new TrackHistory(), losses };
    this.#files.set(fileKey, opened);
    for (const cut of this.#cuts.pending) this.#factory.cut(sink, cut);
    this.#events.onShape(sink);
    return opened;
  }

  #tellOpen(): void {
    if (this.#openCount.update(this.#sinks)) this.#events.onOpenChanged();
  }

  #refuse(track: SubscribedTrack, open: OpenFiles, wanted: OpenFiles): void {
    if (this.#refused.has(track)) return;
    this.#refused.add(track);
    const { identity, role } = track.info;
    const isElsewhere = this.#sinks.some(({ isOpen, subject }) => isOpen && subject.identity === identity);
    const who = isElsewhere ? `The ${roleWords[role]} of ${identity}` : identity;
    const error = this.#allowance.refusal(who, open, wanted);
    this.#report.error(error.code, error.message, identity, { hint: error.hint, ...open });
    this.#events.onRefused(track.info, error);
  }
}
