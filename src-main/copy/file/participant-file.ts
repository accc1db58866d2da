import type { PlateauError } from '../../contract/errors.js';
import type { StreamPackets } from '../../contract/stamps.js';
import type { CopyTrack, OrderedPacket, TrackSink } from '../contract.js';
import { AudioFrames } from '../frames/audio-frames.js';
import {
  type EncodedFrame,
  type FrameCounts,
  lostPicturesOf,
  type PictureSize,
  sumOfFrames,
} from '../frames/encoded-frame.js';
import { VideoFrames } from '../frames/video-frames.js';
import { noWindowCounts } from '../rtp/packet-counts.js';
import { EndedTracks } from './ended-tracks.js';
import { FrameTimes } from './frame-times.js';
import type { FileGap, LineCounts, LineGap } from './line-counts.js';
import { MatroskaFile } from './matroska-file.js';
import type { VideoTrack } from './matroska-head.js';
import type { PartAccount, StreamKind } from './part-marks.js';
import type { ParticipantFileCounts, ParticipantFileOptions } from './participant-file-options.js';
import { type PartBegin, PartsOfFile } from './parts-of-file.js';
import { SenderTimeline } from './sender-timeline.js';

interface OwnTrack {
  readonly frames: AudioFrames | VideoFrames;
  readonly times: FrameTimes;
  readonly track: CopyTrack;
}

/**
 * The file of a participant while it grows: what their camera and microphone sent, on the timeline of the take. Silence and
 * black stand before a late join and while a microphone or a camera is off. A track that is published again goes on in it. It
 * goes on in another file where the take is split ({@link ParticipantFile.cut}).
 *
 * The owner calls {@link ParticipantFile.tick} about twice a second, and {@link ParticipantFile.finish} at the end.
 */
export class ParticipantFile {
  readonly #options: ParticipantFileOptions;
  readonly #parts: PartsOfFile;
  readonly #timeline = new SenderTimeline();
  readonly #tracks = new Map<string, OwnTrack>();
  readonly #ended = new EndedTracks();
  /** Frames that no key fitted, since the last gap. */
  readonly #notDecrypted = { video: 0, audio: 0 };
  /** Pictures that had been lost when the last gap ended. */
  #lostAtGap = 0;

  private constructor(file: MatroskaFile, options: ParticipantFileOptions) {
    this.#options = options;
    this.#parts = new PartsOfFile(
      file,
      options,
      {
        onKeyWanted: () => {
          for (const { frames } of this.#tracks.values())
            if (frames instanceof VideoFrames) frames.restartAtKey();
        },
        onOtherCodec: (codec) => options.onOtherCodec?.(codec),
        onGap: (gap, part) => this.#tellGap(gap, part),
      },
      {
        now: (kind) => ({
          packets: options.packetsOf?.(kind) ?? noWindowCounts,
          frames: this.#framesOf(kind),
        }),
        wishKeyFrame: () => this.#wishKeyFrame(),
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
    const frames = { video: this.#framesOf('video'), audio: this.#framesOf('audio') };
    const lines = { audio: this.#withUntimed('audio', audio), video: this.#withUntimed('video', video) };
    return { tracks, frames, ...lines };
  }

  /** The same of the part that is recorded, with its packets. */
  get partAccount(): PartAccount {
    const { audio, video } = this.#parts.account;
    return {
      audio: { ...audio, line: this.#withUntimed('audio', audio.line) },
      video: { ...video, line: this.#withUntimed('video', video.line) },
    };
  }

  /** The first failure of the disk in the part that is recorded; null while there was none. */
  get failure(): PlateauError | null {
    return this.#parts.current.file.failure;
  }

  /** What was written of each stream of the part, packet by packet; null for one of which nothing was. */
  get packets(): StreamPackets {
    return this.#parts.current.packets;
  }

  /** What the part's head says of the video; null before the first key frame. */
  get video(): VideoTrack | null {
    return this.#parts.current.file.video;
  }

  /** Compressed bytes that the system has taken, over all parts and of the one that is recorded, and those that wait for it. */
  get disk(): { readonly writtenBytes: number; readonly partBytes: number; readonly queuedBytes: number } {
    const { queuedBytes, writtenBytes: partBytes } = this.#parts.current.file;
    return { queuedBytes, partBytes, writtenBytes: this.#parts.writtenBytes };
  }

  /** Bytes that are held: frames under assembly, frames that wait for their time or a cut, and what waits for the disk. */
  get heldBytes(): number {
    const { file, video } = this.#parts.current;
    let bytes = file.queuedBytes + video.waitingBytes + this.#parts.heldBytes;
    for (const { frames, times } of this.#tracks.values()) {
      bytes += times.waitingBytes + (frames instanceof VideoFrames ? frames.heldBytes : 0);
    }
    return bytes;
  }

  /**
   * A track of the participant is received from now on: the sink is what its packets go to, and its end ends it. Of each kind
   * there may be one at a time.
   *
   * @param declaredSize what the publication says of a camera: smaller pictures are of a lower layer; null otherwise
   */
  add(track: CopyTrack, declaredSize: PictureSize | null): TrackSink {
    const { originMs } = this.#options;
    const times = new FrameTimes(track, this.#timeline, ({ frame, timeMs }) => {
      const timed = { frame, timeMs: timeMs - originMs };
      if (track.kind === 'video') this.#parts.pushVideo(timed, declaredSize);
      else this.#parts.pushAudio(timed);
    });
    // Made before the first key frame is there: then nothing has to wait for it.
    if (track.kind === 'video' && track.codec !== 'opus' && declaredSize !== null)
      void this.#options.blackFrames.of(track.codec, declaredSize);
    let lostPackets = 0;
    let toldNotDecrypted = 0;
    const onFrame = (frame: EncodedFrame): void => {
      if (frame.size !== null) track.noteSize?.(frame.size.width, frame.size.height);
      const notDecrypted = frames.notDecrypted - toldNotDecrypted;
      toldNotDecrypted = frames.notDecrypted;
      this.#notDecrypted[track.kind] += notDecrypted;
      const lostBefore = lostPackets + notDecrypted;
      times.push(lostBefore === 0 ? frame : { ...frame, lostBefore });
      lostPackets = 0;
    };
    const frames: AudioFrames | VideoFrames =
      track.kind === 'audio' ? new AudioFrames({ track, onFrame }) : new VideoFrames({ track, onFrame });
    const own = { frames, times, track };
    this.#tracks.set(track.sid, own);
    if (track.kind === 'audio') this.#parts.current.audio.setOn(true);
    let lastMs = originMs;
    return {
      packet: (packet: OrderedPacket) => {
        lastMs = packet.arrivedMs;
        const { audio, startMs } = this.#parts.current;
        if (track.kind === 'audio') audio.arrived(lastMs - originMs - startMs);
        this.#parts.packet(track.kind, packet.timestamp);
        frames.packet(packet);
      },
      lost: (from, to) => {
        lostPackets += to - from + 1;
        frames.lost();
      },
      withheld: (nowMs) => {
        const { audio, startMs } = this.#parts.current;
        if (track.kind === 'audio') audio.withheld(nowMs - originMs - startMs);
      },
      end: () => {
        this.#endTrack(track.sid, own);
        this.setOn(track.kind, false, lastMs);
      },
    };
  }

  /** The participant turned a camera or a microphone off or on. @param atMs of the clock that packets carry */
  setOn(kind: StreamKind, isOn: boolean, atMs: number): void {
    const { audio, startMs, video } = this.#parts.current;
    if (kind === 'audio') audio.setOn(isOn);
    else if (isOn) video.setOn();
    else video.setOff(atMs - this.#options.originMs - startMs);
  }

  /** The connection was made anew: nobody knows how much is lost before the next packet. */
  interrupted(): void {
    this.#parts.current.audio.interrupted();
  }

  /**
   * It goes on in the next part of the take: at the first key frame from `atMs` of it on, which is asked for then, and where no
   * camera is on, right there.
   */
  cut(begin: PartBegin): void {
    this.#parts.cut(begin);
    if (performance.now() - this.#options.originMs >= begin.atMs) this.#wishKeyFrame();
  }

  /** The take ends there: what was sent later is not in the file. @param atMs of the clock that packets carry */
  endAt(atMs: number): void {
    this.#parts.current.endAt(atMs - this.#options.originMs);
  }

  /** Writes what is due: silence, black, and a cluster that little comes for. @param nowMs of the clock that packets carry */
  tick(nowMs: number): void {
    let pictureMs = nowMs;
    let oldestMs = nowMs;
    for (const { frames, times } of this.#tracks.values()) {
      if (frames instanceof VideoFrames) frames.release();
      times.tick(nowMs);
      const waitsSinceMs = times.waitsSinceMs ?? nowMs;
      oldestMs = Math.min(oldestMs, waitsSinceMs);
      // No black over pictures that wait for their times, as those of a camera that is published again.
      if (frames instanceof VideoFrames) pictureMs = Math.min(pictureMs, waitsSinceMs);
    }
    const { originMs } = this.#options;
    this.#parts.tick(nowMs - originMs, pictureMs - originMs, oldestMs - originMs);
    this.#parts.current.file.flushOlderThan(nowMs);
  }

  /**
   * Writes what waits, fills both lines to the end, and closes the file. Tracks must have ended or are ended here.
   *
   * @param endMs when the take ended, of the clock that packets carry
   * @throws PlateauError the first failure of the disk, one that does not answer among them
   */
  async finish(endMs: number): Promise<void> {
    for (const [sid, own] of this.#tracks) this.#endTrack(sid, own);
    await this.#parts.finish(endMs - this.#options.originMs);
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

  #wishKeyFrame(): void {
    for (const { track } of this.#tracks.values()) if (track.kind === 'video') track.wishKeyFrame?.();
  }

  /** Told at a gap's end, never per frame. @returns pictures of which no packet came */
  #tellGap(gap: LineGap, part: number): number {
    if (gap.stream === 'audio') {
      this.#options.onGap?.({ ...gap, lostFrames: null, ...this.#ofKey('audio') }, part);
      return 0;
    }
    const lost = this.#lostPictures();
    const dropped = Math.max(0, lost - this.#lostAtGap);
    this.#lostAtGap = lost;
    const missed = Math.max(0, (gap.dueFrames ?? 0) - dropped);
    this.#options.onGap?.({ ...gap, lostFrames: dropped + missed, ...this.#ofKey('video') }, part);
    return missed;
  }

  /** Whether what is missing was encrypted; what comes from now on belongs to the next gap. */
  #ofKey(kind: StreamKind): Pick<FileGap, 'isUndecrypted'> {
    const isUndecrypted = this.#notDecrypted[kind] > 0;
    this.#notDecrypted[kind] = 0;
    return { isUndecrypted };
  }

  #lostPictures(): number {
    const { awaitingKey, otherCodec, writerFull } = this.#parts.lines.video.dropped;
    let lost = awaitingKey + otherCodec + writerFull;
    for (const { frames } of this.#tracks.values())
      if (frames instanceof VideoFrames) lost += lostPicturesOf(frames.counts);
    return lost;
  }

  #endTrack(sid: string, { frames, times }: OwnTrack): void {
    frames.end();
    times.release();
    const { counts } = frames;
    const kind = frames instanceof VideoFrames ? 'video' : 'audio';
    if (kind === 'video') this.#lostAtGap = Math.max(0, this.#lostAtGap - lostPicturesOf(counts));
    this.#tracks.delete(sid);
    this.#ended.add(sid, kind, counts);
  }
}
