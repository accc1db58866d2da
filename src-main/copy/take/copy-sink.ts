import { type PlateauError, toPlateauError } from '../../contract/errors.js';
import type { ManifestFile } from '../../contract/manifest.js';
import type { SignalAlarm } from '../../contract/signal-alarms.js';
import type { SinkSnapshot } from '../../contract/snapshot.js';
import type { SinkSubject } from '../../sink/recording-sink.js';
import { extentOf } from '../../take/gap-list.js';
import { KeyFrameWait } from '../../take/key-frame-wait.js';
import { LossLog } from '../../take/loss-log.js';
import type { FailedFrames } from '../../take/move-loss.js';
import { TrackHistory } from '../../take/track-history.js';
import { FrameRates } from '../../telemetry/frame-rates.js';
import type { TrackSink } from '../contract.js';
import type { FileGap } from '../file/line-counts.js';
import type { VideoTrack } from '../file/matroska-head.js';
import type { PartAccount, StreamKind } from '../file/part-marks.js';
import { ParticipantFile } from '../file/participant-file.js';
import type { DiskOfFile } from '../file/participant-file-options.js';
import type { PartBegin, PartsHooks } from '../file/parts-options.js';
import { keptFrames } from './copy-account.js';
import { CopyPart } from './copy-part.js';
import { type CopySinkOptions, gapReasonOf } from './copy-sink-options.js';
import { copySnapshot, type SnapshotAccount, snapshotAccountOf } from './copy-snapshot.js';
import type { AddedTrack, CopiedTrack } from './copy-track.js';
import { failedFramesIn } from './figures-of-sinks.js';
import { FileSignals, signalsOf } from './file-signals.js';
import { noAccount, noCounts } from './nothing-counted.js';
import { SinkTracks } from './sink-tracks.js';

/** One file of a copied take: a {@link ParticipantFile}, and what manifest, telemetry and screen say of it. */
export class CopySink {
  /** Whom it records; its owner gives it their new name when they have one. */
  subject: SinkSubject;
  readonly history = new TrackHistory();
  readonly #options: CopySinkOptions;
  /** In their order: the last one is recorded. */
  readonly #parts: [CopyPart, ...CopyPart[]];
  readonly #keyFrame = new KeyFrameWait((fromMs, toMs) =>
    this.#current.absences.keyFrameAwaited(Math.max(fromMs, this.#current.startMs), toMs),
  );
  readonly #muted = new Set<CopiedTrack>();
  readonly #tracks = new SinkTracks(this.#muted);
  readonly #rates = new FrameRates();
  readonly #signals: FileSignals;
  #media: ParticipantFile | null = null;
  #endMs: number | null = null;
  #notDecrypted = 0;

  private constructor(options: CopySinkOptions) {
    this.#options = options;
    this.subject = options.subject;
    const { atMs, number } = options.first;
    this.#parts = [new CopyPart({ number, startMs: atMs, ...options.fileOf(number) }, new LossLog())];
    this.#signals = new FileSignals(options.subject.kind !== 'participant');
  }

  /** Makes the file. One that cannot be made is told by `onFailed`, and counts what it does not write. */
  static async open(options: CopySinkOptions): Promise<CopySink> {
    const sink = new CopySink(options);
    const { number: first } = options.first;
    const diskOf = (number: number): ReturnType<NonNullable<PartsHooks['diskOf']>> => ({
      ...options.fileOf(number).disk,
      onFailure: (error) => sink.#fail(error, number),
    });
    try {
      sink.#media = await ParticipantFile.create(options.fileOf(first).path, {
        ...{ ...options.media, ...diskOf(first), first: options.first },
        packetsOf: (kind) => sink.#tracks.packetsOf(kind),
        onGap: (gap, part) => sink.#noteGap(gap, part),
        parts: {
          ...{ diskOf, pathOf: (number) => options.fileOf(number).path },
          onBegun: (...begun) => sink.#goOn(...begun),
          onEnded: (ended) => {
            sink.#parts.find(({ number }) => number === ended.number)?.close(ended);
            options.onPartsChanged();
          },
          onRefused: (number, error) => options.onNotCut(number, error),
          onLate: (number) => options.onNotCut(number, null),
        },
      });
    } catch (thrown) {
      sink.#fail(toPlateauError(thrown), first);
    }
    return sink;
  }

  /** The name of the file that is recorded. */
  get file(): string {
    return this.#current.file;
  }

  /** All of its files, part by part. */
  get parts(): readonly CopyPart[] {
    return this.#parts;
  }

  /** Every part before this has ended and is on the disk; of one that goes on no later one. */
  get firstOpenPart(): number {
    return (this.#parts.find(({ isClosed }) => !isClosed) ?? this.#current).number;
  }

  /** It goes on in the next part of the take, as {@link ParticipantFile.cut} says. */
  cut(begin: PartBegin): void {
    // A file whose disk has failed has ended, or goes on on another one.
    if (this.isRecording || begin.isElsewhere === true) this.#media?.cut(begin);
  }

  /** Whether its disk takes what comes. */
  get isRecording(): boolean {
    return this.#media !== null && this.#current.failure === null && this.#endMs === null;
  }

  /** Why it could not be made; null of one that was. */
  get unmade(): PlateauError | null {
    return this.#media === null ? this.#current.failure : null;
  }

  /** Whether it is known what its video is. */
  get hasVideo(): boolean {
    return this.#media?.video !== null && this.#media !== null;
  }

  /** As {@link ParticipantFile.canHold}. */
  canHold({ track }: CopiedTrack): boolean {
    return this.#media?.canHold(track) !== false;
  }

  /** What became of everything up to now, over all parts. */
  get counts(): ParticipantFile['counts'] {
    return this.#media?.counts ?? noCounts;
  }

  /** Bytes that the system has taken, and those that wait for it. */
  get disk(): DiskOfFile {
    return this.#media?.disk ?? { writtenBytes: 0, partBytes: 0, queuedBytes: 0, slowestWriteMs: 0 };
  }

  /** What its disks have failed to keep. */
  get failedFrames(): FailedFrames {
    return failedFramesIn(this.#parts.map((part) => ({ failedFrames: part.failedFrames(this.partAccount) })));
  }

  /** How many of its tracks are received now. */
  trackCount(kind: StreamKind): number {
    return this.#tracks.count(kind);
  }

  /** A track is recorded into it. @returns where its packets go; null when there is no file @param nowMs of the take */
  add(track: CopiedTrack, { isMuted, goesOn }: AddedTrack, nowMs: number): TrackSink | null {
    const { info } = track;
    if (this.#media === null) return null;
    const cameraSize = info.role === 'camera' ? info.declaredSize : null;
    const sink = this.#media.add(track.track, cameraSize, goesOn ? nowMs : null);
    this.#tracks.add(track);
    this.history.began(track, nowMs);
    this.#current.absences.trackCame(info.kind, nowMs);
    if (isMuted) this.setMuted(track, true, nowMs);
    return sink;
  }

  /** The track delivers no more; its sink has been ended. @param nowMs of the take; `isMoved` it goes on in another file */
  remove(track: CopiedTrack, nowMs: number, isMoved = false): void {
    if (!this.#tracks.remove(track, isMoved)) return;
    const wasOn = !this.#muted.delete(track);
    this.history.ended(track, nowMs);
    this.#current.absences.trackLeft(track.info.kind, nowMs, wasOn);
  }

  /** The owner of a track muted or unmuted it. @param nowMs of the take */
  setMuted(track: CopiedTrack, isMuted: boolean, nowMs: number): void {
    if (!this.#tracks.has(track)) return;
    if (isMuted) this.#muted.add(track);
    else this.#muted.delete(track);
    this.#media?.setOn(track.info.kind, !isMuted, nowMs);
  }

  /** The connection is lost, or stands again. @param nowMs of the take */
  connectionChanged(isConnected: boolean, nowMs: number): void {
    this.#media?.connectionChanged(isConnected, nowMs, this.subject.kind === 'participant');
  }

  /** The take goes on after a pause. */
  resumed(): void {
    this.#media?.resumed();
  }

  /** Called a few times a second. @param nowMs of the take @param roomMs the same of the room's clock @param fillMs of that: as {@link FillHold} says */
  tick(nowMs: number, roomMs: number, fillMs: number): void {
    this.#media?.tick(this.#options.media.originMs + roomMs, this.#options.media.originMs + fillMs);
    this.#sample(nowMs);
  }

  /** Nothing that was sent later is in the file. @param endMs of the take */
  endAt(endMs: number): void {
    this.#media?.endAt(endMs);
  }

  /** Writes what waits, and closes the file; its tracks have ended. Never rejects. @param endMs of the take */
  async finish(endMs: number): Promise<void> {
    this.#sample(endMs);
    const failed = (thrown: unknown): void => this.#fail(toPlateauError(thrown), this.#current.number);
    await this.#media?.finish(endMs).catch(failed);
    this.#current.absences.end();
    this.#keyFrame.end(endMs);
    this.history.allEnded(endMs);
    this.#endMs = endMs;
  }

  /** As {@link FileSignals.judge}. @param isConnected whether anything can come at all */
  judgeSignals(elapsedMs: number, isConnected: boolean): SignalAlarm[] {
    // Of what is withheld that is said.
    const isOn = (track: CopiedTrack): boolean =>
      isConnected && this.isRecording && !this.#muted.has(track) && track.track.isWithheld !== true;
    const on = this.#tracks.all.filter(isOn).map(({ info }) => info);
    return this.#signals.judge(elapsedMs, on, signalsOf(this.counts));
  }

  /** Its entries in the manifest, one for each part, as far as they are known. */
  entries(): ManifestFile[] {
    return this.#parts.map((part) => this.entryOf(part));
  }

  /** That of one part. */
  entryOf(part: CopyPart): ManifestFile {
    const media = this.#media;
    return part.entry({
      ...{ subject: this.subject, history: this.history, takeEndMs: this.#endMs },
      account: this.partAccount,
      video: media?.video ?? null,
      packets: media?.packets ?? null,
      // Of a screen nobody knows what it would have sent.
      isOn: (kind) => (kind === 'audio' || this.subject.kind === 'participant') && this.#tracks.isOn(kind),
    });
  }

  /** The present moment. @param roomMs of the room's clock @param isPaused the take is: nothing has a rate then */
  snapshot(roomMs: number, isPaused: boolean): SinkSnapshot {
    const account = this.#account();
    return copySnapshot({
      ...{ account, file: this.file, subject: this.subject, isRecording: this.isRecording, disk: this.disk },
      gaps: extentOf(this.#parts.map((part) => part.gapsByNow(this.partAccount))),
      ...{ size: this.#media?.video?.size ?? null, hasVideoTrack: this.trackCount('video') > 0 },
      isLive: { video: this.#tracks.isOn('video'), audio: this.#tracks.isOn('audio') },
      rates: () => this.#rates.read(roomMs, keptFrames(account.video), this.isRecording && !isPaused),
    });
  }

  /** As {@link ParticipantFile.partAccount}. */
  get partAccount(): PartAccount {
    return this.#media?.partAccount ?? noAccount;
  }

  readonly #account = (): SnapshotAccount => snapshotAccountOf(this.counts);

  get #current(): CopyPart {
    return this.#parts.at(-1) ?? this.#parts[0];
  }

  #goOn(number: number, startMs: number, before: PartAccount, video: VideoTrack | null): void {
    const ended = this.#current;
    this.#keyFrame.end(startMs);
    ended.end(startMs, before, video);
    const { log } = ended.absences.successor(startMs);
    this.#parts.push(new CopyPart({ number, startMs, ...this.#options.fileOf(number) }, log));
    this.#options.onPartsChanged();
  }

  #sample(nowMs: number): void {
    const { line, video } = this.#account();
    const isOn = this.#tracks.isOn('video');
    // What no key fits waits for no key frame.
    const isDecrypted = video.dropped.notDecrypted === this.#notDecrypted;
    this.#notDecrypted = video.dropped.notDecrypted;
    // What comes before the first key frame shows nothing; single losses are noted with their own times.
    const received = video.received - video.dropped.superseded;
    const isDue = isOn && (this.subject.kind === 'participant' || received === 0);
    this.#current.absences.sample({
      nowMs,
      video: { received, dropped: this.#notDecrypted, missed: 0, isDue },
      audio: { lostMs: 0 },
    });
    const packets = this.#tracks.received('video');
    this.#keyFrame.sample({ nowMs, packets, frames: line.video.handedOver, isOn: isOn && isDecrypted });
  }

  #noteGap({ isRefused, isUndecrypted, lostFrames, ...gap }: FileGap, number: number): void {
    const part = this.#parts.find((one) => one.number === number) ?? this.#current;
    const why = gapReasonOf({ isRefused, isUndecrypted }, part.failure !== null);
    const cause = why === 'packetsLost' ? 'neverArrived' : 'dropped';
    const { durationMs, stream } = part.gaps.add({ ...gap, lostFrames, cause });
    this.#options.onGap(part.file, stream, durationMs, why);
  }

  /** Of a part that has ended it is known when that is closed. */
  #fail(error: PlateauError, number: number): void {
    const part = this.#parts.find((one) => one.number === number) ?? this.#current;
    if (part.failure !== null) return;
    part.fail(error, this.partAccount);
    this.#options.onFailed(error, part);
  }
}
