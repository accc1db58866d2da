import type { SignalAlarm } from '../../contract/signal-alarms.js';
import type { SinkSnapshot } from '../../contract/snapshot.js';
import type { SinkSubject } from '../../sink/recording-sink.js';
import type { TakeMedia, TakeMediaEvents } from '../../take/take-media.js';
import { tellFurther, tellGoesOn } from '../../take/track-events.js';
import { TrackPlaces } from '../../take/track-places.js';
import type { TrackSink } from '../contract.js';
import type { PartBegin } from '../file/parts-options.js';
import { CopyAllowance } from './copy-allowance.js';
import { CopyFigures } from './copy-figures.js';
import type { CopyEnding, CopyFilesOptions } from './copy-files-options.js';
import type { CopySink } from './copy-sink.js';
import { CopySinkFactory } from './copy-sink-factory.js';
import { type CopiedTrack, MovableSink } from './copy-track.js';
import { tellTrack } from './copy-track-events.js';
import { FillHold } from './fill-hold.js';
import { PartBegins } from './part-begins.js';
import { PausedNewcomers } from './paused-newcomers.js';

/** Ticks come more often: a longer time between two is one in which this process stood still. Milliseconds. */
const tickMs = 400;

/** The files of a copied take: one for each participant and screen, and one for each further track. */
export class CopyFiles extends CopyFigures implements TakeMedia {
  readonly #options: CopyFilesOptions;
  readonly #events: TakeMediaEvents;
  readonly #ending: CopyEnding;
  readonly #allowance: CopyAllowance;
  readonly #factory: CopySinkFactory;
  readonly #places = new TrackPlaces<CopiedTrack>();
  readonly #files = new Map<string, Promise<CopySink>>();
  /** Those that stand. */
  readonly #sinks = new Map<string, CopySink>();
  readonly #received = new Map<CopiedTrack, MovableSink>();
  /** What its owner said last, which holds in whatever file a track goes on. */
  readonly #muted = new WeakMap<CopiedTrack, boolean>();
  readonly #newcomers: PausedNewcomers;
  readonly #begins: PartBegins;
  readonly #hold = new FillHold();
  #toldVideos = 0;
  /** What is wrong with tracks at the moment: they are on, and nothing comes. Only this class sets it. */
  alarms: readonly SignalAlarm[] = [];
  #isConnected = true;
  #tickedMs = 0;
  #endMs = Infinity;

  /** @param ending asked for once, when the take ends */
  constructor(options: CopyFilesOptions, events: TakeMediaEvents, ending: CopyEnding) {
    super();
    this.#options = options;
    this.#begins = new PartBegins(options.first);
    this.#events = events;
    this.#ending = ending;
    this.#allowance = new CopyAllowance(options, events);
    this.#factory = new CopySinkFactory(options, events);
    this.#newcomers = new PausedNewcomers(options.clock, () => this.#resume());
  }

  /**
   * Every file goes on in its next part: at the first key frame of its video from then on, and without video right there.
   *
   * @param begin on the take's timeline, a second ahead at most
   */
  cutAt(begin: PartBegin): void {
    this.#begins.add(begin);
    for (const [fileKey, sink] of this.#sinks) this.#cut(fileKey, sink, begin);
  }

  /** The last part that was asked for. */
  get lastPart(): number {
    return this.#begins.last.number;
  }

  /** Every file of this part and of those before has ended, and is on the disk; none of them is to come. */
  get settledPart(): number {
    if (this.#sinks.size < this.#files.size) return 0;
    const open = [...this.#sinks.values()].map(({ firstOpenPart }) => firstOpenPart);
    return Math.min(this.#begun.number, ...open) - 1;
  }

  /** The part in which a file begins now. */
  get #begun(): PartBegin {
    return this.#begins.at(this.#options.clock.nowMs());
  }

  /** Those that stand, in the order in which they were made. */
  get sinks(): Iterable<CopySink> {
    return this.#sinks.values();
  }

  /**
   * Records a track, in its participant's file or their screen's, or in one of its own.
   *
   * @param nowMs of the take
   * @returns where its packets go; null when there is no room for a file of it, which is told
   */
  async add(track: CopiedTrack, nowMs: number): Promise<TrackSink | null> {
    const { identity, participantName } = track.info;
    const { report, publicationsOf } = this.#options.take;
    this.rename(identity, participantName);
    const displaced = this.#places.displacedBy(track);
    const moved = displaced === undefined ? undefined : this.#displace(displaced, nowMs);
    const { fileKey, subject } = this.#places.give(
      track,
      publicationsOf(identity),
      nowMs,
      (key) => this.#sinks.get(key)?.canHold(track) !== false,
    );
    await moved;
    const isNew = !this.#files.has(fileKey);
    if (isNew && this.#options.clock.isPaused) {
      this.#places.free(track);
      this.#newcomers.add(track);
      return this.#outerOf(track);
    }
    if (isNew && !this.#mayOpen(track)) return null;
    const outer = this.#outerOf(track);
    const opening = this.#files.get(fileKey) ?? this.#open(fileKey, subject, track);
    const sink = await opening;
    // Its place may be another one by now, or none.
    if (this.#places.find(track)?.fileKey === fileKey) outer.inner = this.#addTo(sink, track, nowMs);
    if (isNew && subject.trackNumber > 1) tellFurther(report, track.info, subject, sink.file);
    if (sink.isRecording) tellTrack(report, track.info, 'came');
    this.#events.onOpenChanged();
    return outer;
  }

  /** The take is paused, or goes on in a moment, as its clock says. Who came in the pause has a file from then on. */
  setPause(): void {
    this.#newcomers.pauseChanged();
  }

  /** The owner of a track muted or unmuted it. @param nowMs of the take */
  setMuted(track: CopiedTrack, isMuted: boolean, nowMs: number): void {
    this.#muted.set(track, isMuted);
    // In whichever it is: while another file of it is made it is in the one before.
    for (const sink of this.#sinks.values()) sink.setMuted(track, isMuted, nowMs);
    tellTrack(this.#options.take.report, track.info, isMuted ? 'muted' : 'unmuted');
  }

  /** Nothing can come, which is said of the connection and of no track; or it can again, and nobody knows what was lost. */
  setConnected(isConnected: boolean): void {
    this.#isConnected = isConnected;
    const nowMs = this.#options.clock.nowMs();
    for (const sink of this.#sinks.values()) sink.connectionChanged(isConnected, nowMs);
  }

  /** Called a few times a second. @param nowMs of the take @param roomMs the same moment of the room's clock */
  tick(nowMs: number, roomMs = nowMs): void {
    let withVideo = 0;
    const elapsedMs = Math.min(nowMs - this.#tickedMs, tickMs);
    this.#tickedMs = nowMs;
    const fillMs = this.#hold.upTo(roomMs);
    for (const sink of this.#sinks.values()) {
      sink.tick(nowMs, roomMs, fillMs);
      if (sink.hasVideo) withVideo += 1;
    }
    this.alarms = [...this.#sinks.values()].flatMap((sink) =>
      sink.judgeSignals(elapsedMs, this.#isConnected),
    );
    // The manifest says what the video is: whoever recovers the take checks it.
    if (withVideo !== this.#toldVideos) this.#events.onOpenChanged();
    this.#toldVideos = withVideo;
  }

  /** Every file at the present moment. @param roomMs of the room's clock */
  snapshots(roomMs: number): SinkSnapshot[] {
    const { isPaused } = this.#options.clock;
    return [...this.#sinks.values()].map((sink) => sink.snapshot(roomMs, isPaused));
  }

  /** Ends all of them at `endMs` of the take, and waits until they are on disk. Never rejects. */
  async finish(endMs: number): Promise<void> {
    this.#endMs = endMs;
    this.#newcomers.stop();
    // At once: one that is being made, on a disk that is slow, must not let the others go on.
    for (const sink of this.#sinks.values()) sink.endAt(endMs);
    const sinks = await Promise.all(this.#files.values());
    await this.#ending.endTracks();
    await Promise.all(sinks.map((sink) => sink.finish(endMs)));
  }

  #addTo(sink: CopySink, track: CopiedTrack, nowMs: number): TrackSink | null {
    const isMuted = this.#muted.get(track) ?? track.info.isMuted;
    return sink.add(track, { isMuted, goesOn: this.#received.get(track)?.hasBegun === true }, nowMs);
  }

  #outerOf(track: CopiedTrack): MovableSink {
    const outer = this.#received.get(track) ?? new MovableSink(() => this.#remove(track));
    this.#received.set(track, outer);
    return outer;
  }

  #resume(): void {
    for (const sink of this.#sinks.values()) sink.resumed();
    const nowMs = this.#options.clock.nowMs();
    for (const track of this.#newcomers.takeAll()) {
      void this.add(track, nowMs).then((outer) => {
        // The server has asked for the first key frame when it was subscribed.
        if (outer !== null) track.track.requestKeyFrame();
      });
    }
  }

  #mayOpen(track: CopiedTrack): boolean {
    if (this.#allowance.mayOpen(track, this.#files.size)) return true;
    this.#places.free(track);
    return false;
  }

  #open(
    fileKey: string,
    subject: SinkSubject,
    { info }: CopiedTrack,
    unmade: CopySink | null = null,
  ): Promise<CopySink> {
    const opened = this.#begun;
    const opening = this.#factory.open(subject, info.kind, opened, unmade);
    this.#files.set(fileKey, opening);
    return opening.then((sink) => {
      this.#sinks.set(fileKey, sink);
      for (const begin of this.#begins.behind(opened)) this.#cut(fileKey, sink, begin);
      // The take may have ended while it was made.
      sink.endAt(this.#endMs);
      return sink;
    });
  }

  #cut(fileKey: string, sink: CopySink, begin: PartBegin): void {
    if (begin.isElsewhere === true && sink.unmade !== null) void this.#makeAnew(fileKey, sink);
    else sink.cut(begin);
  }

  /** The disk had no room for a file: it is made in the other folder, and what was sent since its tracks came is missing. */
  async #makeAnew(fileKey: string, unmade: CopySink): Promise<void> {
    if (this.#sinks.get(fileKey) !== unmade) return;
    this.#sinks.delete(fileKey);
    this.#files.delete(fileKey);
    const [first] = this.#places.tracksIn(fileKey);
    if (first === undefined) return;
    const sink = await this.#open(fileKey, unmade.subject, first, unmade);
    const nowMs = Math.min(this.#options.clock.nowMs(), this.#endMs);
    for (const track of this.#places.tracksIn(fileKey)) {
      this.#outerOf(track).inner = this.#addTo(sink, track, nowMs);
      const { givenAtMs = nowMs } = this.#places.find(track) ?? {};
      if (unmade.unmade !== null) this.#events.onMissed?.(track.info, unmade.unmade, nowMs - givenAtMs);
      track.track.requestKeyFrame();
    }
    this.#events.onOpenChanged();
  }

  readonly #sinkOf = (track: CopiedTrack): CopySink | undefined =>
    this.#sinks.get(this.#places.find(track)?.fileKey ?? '');

  #remove(track: CopiedTrack): void {
    const nowMs = Math.min(this.#options.clock.nowMs(), this.#endMs);
    this.#received.delete(track);
    this.#newcomers.remove(track);
    const sink = this.#sinkOf(track);
    const successor = this.#places.successorOf(track, nowMs);
    this.#places.free(track);
    sink?.remove(track, nowMs);
    // The end of the take ends all of them.
    if (this.#endMs === Infinity) tellTrack(this.#options.take.report, track.info, 'ended');
    this.#events.onOpenChanged();
    if (successor !== undefined && sink?.canHold(successor) === true) this.#move(successor, sink, nowMs);
  }

  /** A track of unknown source makes room for the one that says what it is, and goes on in a file of its own. */
  async #displace(track: CopiedTrack, nowMs: number): Promise<void> {
    const outer = this.#received.get(track);
    const from = this.#sinkOf(track);
    this.#places.free(track);
    const { fileKey, subject } = this.#places.give(track, [{ ...track.info, isRoleDeclared: true }], nowMs);
    const known = this.#files.get(fileKey);
    const isRefused = known === undefined && !this.#mayOpen(track);
    const to = isRefused ? null : await (known ?? this.#open(fileKey, subject, track));
    // Until then it is recorded where it was.
    const movedMs = Math.min(this.#options.clock.nowMs(), this.#endMs);
    if (outer !== undefined) outer.inner = null;
    from?.remove(track, movedMs, true);
    if (to === null || outer === undefined || this.#places.find(track)?.fileKey !== fileKey) return;
    outer.inner = this.#addTo(to, track, movedMs);
    if (known === undefined) tellFurther(this.#options.take.report, track.info, subject, to.file);
  }

  /** Who publishes a track anew goes on in the file of the one that has ended. */
  #move(track: CopiedTrack, to: CopySink, nowMs: number): void {
    const outer = this.#received.get(track);
    if (outer === undefined) return;
    const from = this.#sinkOf(track);
    outer.inner = null;
    from?.remove(track, nowMs, true);
    this.#places.free(track);
    this.#places.give(track, [], nowMs);
    outer.inner = this.#addTo(to, track, nowMs);
    tellGoesOn(this.#options.take.report, track.info, to.file);
  }
}
