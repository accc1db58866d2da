import type { StreamPackets } from '../../contract/stamps.js';
import type { CopyTrack, TrackSink } from '../contract.js';
import { type FrameCounts, lostPicturesOf, type PictureSize, sumOfFrames } from '../frames/encoded-frame.js';
import { noWindowCounts } from '../rtp/packet-counts.js';
import type { CopiedPart } from './copied-part.js';
import { EndedTracks } from './ended-tracks.js';
import { FileGaps } from './file-gaps.js';
import type { TimedFrame } from './frame-times.js';
import type { LineCounts } from './line-counts.js';
import { MatroskaFile } from './matroska-file.js';
import type { VideoTrack } from './matroska-head.js';
import type { PartAccount, StreamKind } from './part-marks.js';
import type {
  DiskOfFile,
  ParticipantFileCounts,
  ParticipantFileOptions,
} from './participant-file-options.js';
import { PartsOfFile } from './parts-of-file.js';
import type { PartBegin } from './parts-options.js';
import { PauseGate } from './pause-gate.js';
import { PausedCounts } from './paused-counts.js';
import { ReceivedTrack } from './received-track.js';
import { SenderTimelines } from './sender-timeline.js';
import { type InletFile, TrackInlet } from './track-inlet.js';

/**
 * The file of a participant while it grows: what their camera and microphone sent, on the timeline of the take. Silence and
 * black stand before a late join and while a microphone or a camera is off. A track that is published again goes on in it. It
 * goes on in another file where the take is split ({@link ParticipantFile.cut}). What was sent while the take was paused is left
 * out: audio goes on behind it with the next packet, video with the next key frame.
 *
 * The owner calls {@link ParticipantFile.tick} about twice a second, and {@link ParticipantFile.finish} at the end.
 */
export class ParticipantFile {
  readonly #options: ParticipantFileOptions;
  readonly #parts: PartsOfFile;
  readonly #timelines = new SenderTimelines();
  readonly #tracks = new Map<string, ReceivedTrack>();
  readonly #gate: PauseGate;
  readonly #counted: PausedCounts;
  readonly #ended = new EndedTracks();
  readonly #gaps: FileGaps;
  #lastCodec: CopyTrack['codec'] = 'vp8';

  private constructor(file: MatroskaFile, options: ParticipantFileOptions) {
    this.#options = options;
    this.#gate = new PauseGate(options.originMs, options.clock);
    this.#gaps = new FileGaps({ lostPictures: () => this.#lostPictures(), onGap: options.onGap });
    this.#counted = new PausedCounts((kind) => ({
      packets: options.packetsOf?.(kind) ?? noWindowCounts,
      frames: this.#framesOf(kind),
    }));
    this.#parts = new PartsOfFile(
      file,
      options,
      {
        onKeyWanted: () => {
          for (const { pictures } of this.#tracks.values()) pictures?.restartAtKey();
        },
        onOtherCodec: (codec) => options.onOtherCodec?.(codec),
        onGap: (gap, part) => this.#gaps.tell(gap, part),
        keeper: options.keeper,
      },
      {
        now: (kind) => this.#counted.now(kind),
        wishKeyFrame: () => this.#wishKeyFrame(),
        waitsSinceMs: () => this.#waitsSinceMs(),
      },
    );
  }

  /**
   * Creates the file, which must not exist.
   *
   * @throws PlateauError `outputUnwritable`, `diskFull` or `tooManyOpenFiles`
   */
  static async create(path: string, options: ParticipantFileOptions): Promise<ParticipantFile> {
    return new ParticipantFile(await MatroskaFile.create(path, options), options);
  }

  /** What became of everything up to now, over all parts. */
  get counts(): ParticipantFileCounts {
    const tracks = new Map(this.#ended.counts);
    for (const [sid, { frames }] of this.#tracks) tracks.set(sid, frames.counts);
    const { audio, video } = this.#parts.lines;
    const counted = { video: this.#counted.now('video'), audio: this.#counted.now('audio') };
    const frames = { video: counted.video.frames, audio: counted.audio.frames };
    const packets = { video: counted.video.packets, audio: counted.audio.packets };
    const lines = { audio: this.#withUntimed('audio', audio), video: this.#withUntimed('video', video) };
    return { tracks, frames, packets, ...lines };
  }

  /** The same of the part that is recorded, with its packets. */
  get partAccount(): PartAccount {
    const { audio, video } = this.#parts.account;
    return {
      audio: { ...audio, line: this.#withUntimed('audio', audio.line) },
      video: { ...video, line: this.#withUntimed('video', video.line) },
    };
  }

  /** What was written of each stream of the part, packet by packet; null for one of which nothing was. */
  get packets(): StreamPackets {
    return this.#parts.current.packets;
  }

  /** What the part's head says of the video; null before the first key frame. */
  get video(): VideoTrack | null {
    return this.#parts.current.file.video;
  }

  /** Whether what a track sends fits in: a part has one codec of video, that of its head, or of what waits to be its first frame. */
  canHold({ codec, kind }: Pick<CopyTrack, 'codec' | 'kind'>): boolean {
    const has = this.video?.codec ?? (this.partAccount.video.frames.begun > 0 ? this.#lastCodec : codec);
    return kind !== 'video' || has === codec;
  }

  /** Compressed bytes that the system has taken, over all parts and of the one that is recorded, and those that wait for it. */
  get disk(): DiskOfFile {
    const { queuedBytes, slowestWrite, writtenBytes: partBytes } = this.#parts.current.file;
    const { recentMs: slowestWriteMs } = slowestWrite;
    return { queuedBytes, partBytes, slowestWriteMs, writtenBytes: this.#parts.writtenBytes };
  }

  /** Bytes that are held: frames under assembly, frames that wait for their time or a cut, and what waits for the disk. */
  get heldBytes(): number {
    const { file, video } = this.#parts.current;
    let bytes = file.queuedBytes + video.waitingBytes + this.#parts.heldBytes;
    for (const { heldBytes } of this.#tracks.values()) bytes += heldBytes;
    return bytes;
  }

  /**
   * A track of the participant is received from now on: its packets go to the sink, whose end ends it. Of each kind one at a time.
   *
   * @param declaredSize what the publication says of a camera: smaller pictures are of a lower layer; null otherwise
   * @param goesOnMs of the take: what came before is in another file; null of a new one
   */
  add(track: CopyTrack, declaredSize: PictureSize | null, goesOnMs: number | null = null): TrackSink {
    const { kind } = track;
    if (kind === 'video') this.#lastCodec = track.codec;
    if (kind === 'video' && goesOnMs !== null) this.#parts.current.goesOn(goesOnMs);
    const own = new ReceivedTrack(track, this.#timelines.of(track.participantSid), {
      onTimed: (timed) => this.#take(kind, timed, declaredSize),
      onNotDecrypted: (count) => this.#gaps.notDecrypted(kind, count),
      goesOn: goesOnMs !== null,
    });
    // Made before the first key frame is there: then nothing has to wait for it.
    if (kind === 'video' && track.codec !== 'opus' && declaredSize !== null)
      void this.#options.blackFrames.of(track.codec, declaredSize);
    this.#tracks.set(track.sid, own);
    if (kind === 'audio') this.#parts.current.audio.setOn(true, 0);
    const file: InletFile = {
      ...{ gate: this.#gate, counted: this.#counted, gaps: this.#gaps, parts: this.#parts },
      onEnd: (atMs) => this.#endTrack(track.sid, own, atMs),
    };
    return new TrackInlet(own, file, this.#options.originMs);
  }

  /** The participant turned a camera or a microphone off or on. @param atMs of the take */
  setOn(kind: StreamKind, isOn: boolean, atMs: number): void {
    const { audio, startMs, video } = this.#parts.current;
    const hasLost = this.#endLoss(kind);
    if (kind === 'audio') audio.setOn(isOn, atMs - startMs);
    else if (isOn) {
      this.#gate.resume.begin(atMs);
      video.setOn();
    } else if (video.endsAtMs === Infinity) {
      if (hasLost) video.lostUpTo(atMs - startMs);
      video.steps.off(atMs - startMs);
      video.setOff(atMs - startMs);
    }
  }

  /** The connection is lost, or was made anew. @param how as {@link CopiedPart.connectionChanged} has it */
  connectionChanged(...how: Parameters<CopiedPart['connectionChanged']>): void {
    this.#parts.current.connectionChanged(...how);
  }

  /**
   * It goes on in the next part of the take: at the first key frame from `atMs` of it on, which is asked for then, and where no
   * camera is on, right there.
   */
  cut(begin: PartBegin): void {
    this.#parts.cut(begin);
    if (this.#gate.takeMs(performance.now()) >= begin.atMs) this.#wishKeyFrame();
  }

  /** The take goes on after a pause: a picture of which is left out is followed by a key frame, which is asked for. */
  resumed(): void {
    if (this.#gate.resume.isAwaited) this.#wishKeyFrame();
  }

  /** The take ends there: what was sent later is not in the file. @param atMs of the take */
  endAt(atMs: number): void {
    this.#parts.current.endAt(atMs);
  }

  /** Writes what is due: silence, black up to `fillMs`, and a cluster that little comes for. @param nowMs of the clock that packets carry */
  tick(nowMs: number, fillMs = nowMs): void {
    for (const { pictures, times } of this.#tracks.values()) {
      pictures?.release();
      times.tick(nowMs);
    }
    // No black or silence over what waits for its time, as of a track that is published again, or muted soon.
    const [takeMs, dueMs] = [this.#gate.takeMs(nowMs), this.#gate.takeMs(fillMs)];
    const until = (kind: StreamKind): number => Math.min(dueMs, this.#waitsSinceMs(kind) ?? dueMs);
    this.#parts.tick({ nowMs: takeMs, pictureMs: until('video'), soundMs: until('audio') });
    if (!this.#gate.isPausedAt(nowMs)) this.resumed();
    const { video } = this.#parts.current;
    if (video.isShowing && this.#options.keeper?.isKeyDue(takeMs) === true) this.#wishKeyFrame();
    this.#parts.current.file.flushOlderThan(nowMs);
  }

  /**
   * Writes what waits, fills both lines to the end, and closes the file. Tracks must have ended or are ended here.
   *
   * @param endMs when the take ended, of its timeline
   * @throws PlateauError the first failure of the disk, one that does not answer among them
   */
  async finish(endMs: number): Promise<void> {
    for (const [sid, own] of this.#tracks) this.#endTrack(sid, own, endMs);
    await this.#parts.finish(endMs);
  }

  /** A frame has its time. */
  #take(kind: StreamKind, timed: TimedFrame, declaredSize: PictureSize | null): void {
    const placed = this.#gate.place(kind, timed);
    if (placed.leftOut === null) {
      if (kind === 'audio') this.#parts.pushAudio(placed.timed);
      else this.#parts.pushVideo(placed.timed, declaredSize);
      return;
    }
    const { audio, startMs, video } = this.#parts.current;
    const jointMs = placed.jointMs - startMs;
    // What was lost right before the pause is missing; of what waits for its place nobody can say yet where it ends.
    const mayLack = placed.isFirst && !this.#parts.isHolding;
    if (kind === 'audio') {
      audio.leaveOut(timed.frame, jointMs, mayLack);
      return;
    }
    video.leaveOut(placed.leftOut, jointMs);
    if (mayLack && timed.frame.lostBefore !== undefined) video.lostUpTo(jointMs);
  }

  #framesOf(kind: StreamKind): FrameCounts {
    let sum = this.#ended.frames[kind];
    for (const { frames, track } of this.#tracks.values())
      if (track.kind === kind) sum = sumOfFrames(sum, frames.counts);
    return sum;
  }

  /** What waits for its time was handed over already. */
  #withUntimed(kind: StreamKind, counts: LineCounts): LineCounts {
    let waits = 0;
    for (const { times, track } of this.#tracks.values()) if (track.kind === kind) waits += times.waiting;
    return { ...counts, handedOver: counts.handedOver + waits, waiting: counts.waiting + waits };
  }

  /** When the first of the frames came that wait for their times, of the take; null while none does. */
  #waitsSinceMs(kind?: StreamKind): number | null {
    const since = [...this.#tracks.values()].flatMap(({ times, track }) =>
      kind === undefined || track.kind === kind ? (times.waitsSinceMs ?? []) : [],
    );
    return since.length === 0 ? null : this.#gate.takeMs(Math.min(...since));
  }

  #wishKeyFrame(): void {
    // One of a pause is of no use.
    if (this.#gate.isPausedAt(performance.now())) return;
    for (const { track } of this.#tracks.values()) if (track.kind === 'video') track.wishKeyFrame?.();
  }

  /** What was lost belongs before this moment, and not to what comes next. @returns whether something was */
  #endLoss(kind: StreamKind): boolean {
    let hasLost = false;
    for (const own of this.#tracks.values()) if (own.track.kind === kind) hasLost = own.endLoss() || hasLost;
    return hasLost;
  }

  #lostPictures(): number {
    const { awaitingKey, otherCodec, writerFull } = this.#parts.lines.video.dropped;
    return awaitingKey + otherCodec + writerFull + lostPicturesOf(this.#counted.now('video').frames);
  }

  /** @param atMs of the take */
  #endTrack(sid: string, own: ReceivedTrack, atMs: number): void {
    own.end();
    const { frames, track } = own;
    const { counts } = frames;
    if (track.kind === 'video') {
      const { startMs, video } = this.#parts.current;
      if (this.#gate.resume.isLacking) video.lostUpTo(atMs - startMs);
      // Another track begins with a key frame by itself.
      this.#gate.resume.cancel();
    }
    this.#tracks.delete(sid);
    this.#ended.add(sid, track.kind, counts);
  }
}
