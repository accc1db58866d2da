import type { PlateauError } from '../../contract/errors.js';
import type { StreamPackets } from '../../contract/stamps.js';
import type { CopyCodec, CopyTrack, OrderedPacket, TrackSink } from '../contract.js';
import { AudioFrames } from '../frames/audio-frames.js';
import {
  type EncodedFrame,
  type FrameCounts,
  lostPicturesOf,
  noFrames,
  type PictureSize,
  sumOfFrames,
} from '../frames/encoded-frame.js';
import { VideoFrames } from '../frames/video-frames.js';
import { AudioLine } from './audio-line.js';
import type { BlackFrames } from './black-frames.js';
import { FrameTimes, type TimedFrame } from './frame-times.js';
import type { FileGap, LineCounts, LineGap } from './line-counts.js';
import { MatroskaFile, type MatroskaFileOptions } from './matroska-file.js';
import type { VideoTrack } from './matroska-head.js';
import { SenderTimeline } from './sender-timeline.js';
import { VideoLine } from './video-line.js';

export interface ParticipantFileOptions extends MatroskaFileOptions {
  /** When the take began, milliseconds of the clock that packets carry: the file's time 0. */
  readonly originMs: number;
  readonly blackFrames: BlackFrames;
  /** A camera went over to a codec that the file does not have; its pictures are dropped and counted until it is back. */
  readonly onOtherCodec?: (codec: CopyCodec) => void;
  /** Something that was sent is missing there. */
  readonly onGap?: (gap: FileGap) => void;
}

/** What became of everything that came for a file. */
export interface ParticipantFileCounts {
  /** By the track's sid: begun = handed over + dropped + open. */
  readonly tracks: ReadonlyMap<string, FrameCounts>;
  /** Over all of them, however many there were. */
  readonly frames: { readonly video: FrameCounts; readonly audio: FrameCounts };
  readonly audio: LineCounts;
  readonly video: LineCounts;
}

interface OwnTrack {
  readonly frames: AudioFrames | VideoFrames;
  readonly times: FrameTimes;
}

/** Counts of tracks that have ended stand apart for so many (their sums stay): a track that is published again has another sid. */
const mostTracks = 1_024;

/**
 * The file of a participant while it grows: what their camera and microphone sent, on the timeline of the take. Silence and
 * black stand before a late join and while a microphone or a camera is off. A track that is published again goes on in it.
 *
 * The owner calls {@link ParticipantFile.tick} about twice a second, and {@link ParticipantFile.finish} at the end.
 */
export class ParticipantFile {
  readonly #options: ParticipantFileOptions;
  readonly #file: MatroskaFile;
  readonly #timeline = new SenderTimeline();
  readonly #audio: AudioLine;
  readonly #video: VideoLine;
  readonly #tracks = new Map<string, OwnTrack>();
  readonly #ended = new Map<string, FrameCounts>();
  readonly #endedFrames = { video: noFrames, audio: noFrames };
  /** Audio that waits with the first pictures: a player that seeks to one finds what sounds with it behind it. */
  #held: TimedFrame[] = [];
  /** Frames that no key fitted, since the last gap. */
  readonly #notDecrypted = { video: 0, audio: 0 };
  /** Pictures that had been lost when the last gap ended. */
  #lostAtGap = 0;

  private constructor(file: MatroskaFile, options: ParticipantFileOptions) {
    this.#file = file;
    this.#options = options;
    this.#audio = new AudioLine(file, (gap) =>
      options.onGap?.({ ...gap, lostFrames: null, ...this.#ofKey('audio') }),
    );
    this.#video = new VideoLine(file, options.blackFrames, {
      onKeyWanted: () => {
        for (const { frames } of this.#tracks.values())
          if (frames instanceof VideoFrames) frames.restartAtKey();
      },
      onOtherCodec: (codec) => options.onOtherCodec?.(codec),
      onWaited: (timeMs) => this.#releaseAudio(timeMs),
      onGap: (gap) => this.#tellGap(gap),
    });
  }

  /**
   * Creates the file, which must not exist.
   *
   * @throws PlateauError `outputUnwritable`, `diskFull` or `tooManyOpenFiles`
   */
  static async create(path: string, options: ParticipantFileOptions): Promise<ParticipantFile> {
    return new ParticipantFile(await MatroskaFile.create(path, options), options);
  }

  /** What became of everything up to now. */
  get counts(): ParticipantFileCounts {
    const tracks = new Map(this.#ended);
    const all = { ...this.#endedFrames };
    let audioWaits = this.#held.length;
    let videoWaits = 0;
    for (const [sid, { frames, times }] of this.#tracks) {
      tracks.set(sid, frames.counts);
      const kind = frames instanceof VideoFrames ? 'video' : 'audio';
      all[kind] = sumOfFrames(all[kind], frames.counts);
      if (kind === 'video') videoWaits += times.waiting;
      else audioWaits += times.waiting;
    }
    const audio = this.#audio.counts;
    const video = this.#video.counts;
    return {
      tracks,
      frames: all,
      // What waits for its time was handed over already.
      audio: { ...audio, handedOver: audio.handedOver + audioWaits, waiting: audio.waiting + audioWaits },
      video: { ...video, handedOver: video.handedOver + videoWaits, waiting: video.waiting + videoWaits },
    };
  }

  /** The first failure of the disk; null while there was none. */
  get failure(): PlateauError | null {
    return this.#file.failure;
  }

  /** What was written of each stream, packet by packet; null for one of which nothing was. */
  get packets(): StreamPackets {
    return this.#file.packets;
  }

  /** What its head says of the video; null before the first key frame. */
  get video(): VideoTrack | null {
    return this.#file.video;
  }

  /** Compressed bytes that the system has taken, and those that wait for it. */
  get disk(): { readonly writtenBytes: number; readonly queuedBytes: number } {
    const { queuedBytes, writtenBytes } = this.#file;
    return { queuedBytes, writtenBytes };
  }

  /** Bytes that are held: frames under assembly, frames that wait for their time, and what waits for the disk. */
  get heldBytes(): number {
    let bytes = this.#file.queuedBytes + this.#video.waitingBytes;
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
      const atMs = timeMs - originMs;
      if (track.kind === 'video') this.#video.push(frame, atMs, declaredSize);
      else if (this.#video.isWaiting) this.#held.push({ frame, timeMs: atMs });
      else this.#audio.push(frame, atMs);
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
    this.#tracks.set(track.sid, { frames, times });
    if (track.kind === 'audio') this.#audio.setOn(true);
    let lastMs = originMs;
    return {
      packet: (packet: OrderedPacket) => {
        lastMs = packet.arrivedMs;
        if (track.kind === 'audio') this.#audio.arrived(lastMs - originMs);
        frames.packet(packet);
      },
      lost: (from, to) => {
        lostPackets += to - from + 1;
        frames.lost();
      },
      withheld: (nowMs) => {
        if (track.kind === 'audio') this.#audio.withheld(nowMs - originMs);
      },
      end: () => {
        this.#endTrack(track.sid, { frames, times });
        this.setOn(track.kind, false, lastMs);
      },
    };
  }

  /** The participant turned a camera or a microphone off or on. @param atMs of the clock that packets carry */
  setOn(kind: 'audio' | 'video', isOn: boolean, atMs: number): void {
    if (kind === 'audio') this.#audio.setOn(isOn);
    else if (isOn) this.#video.setOn();
    else this.#video.setOff(atMs - this.#options.originMs);
  }

  /** The connection was made anew: nobody knows how much is lost before the next packet. */
  interrupted(): void {
    this.#audio.interrupted();
  }

  /** The take ends there: what was sent later is not in the file. @param atMs of the clock that packets carry */
  endAt(atMs: number): void {
    this.#audio.endsAtMs = atMs - this.#options.originMs;
    this.#video.endsAtMs = this.#audio.endsAtMs;
  }

  /** Writes what is due: silence, black, and a cluster that little comes for. @param nowMs of the clock that packets carry */
  tick(nowMs: number): void {
    let pictureMs = nowMs;
    for (const { frames, times } of this.#tracks.values()) {
      if (frames instanceof VideoFrames) frames.release();
      times.tick(nowMs);
      // No black over pictures that wait for their times, as those of a camera that is published again.
      if (frames instanceof VideoFrames) pictureMs = Math.min(pictureMs, times.waitsSinceMs ?? nowMs);
    }
    this.#video.tick(pictureMs - this.#options.originMs);
    if (this.#held.length === 0) this.#audio.tick(nowMs - this.#options.originMs);
    this.#file.flushOlderThan(nowMs);
    void this.#file.checkPresence();
  }

  /**
   * Writes what waits, fills both lines to the end, and closes the file. Tracks must have ended or are ended here.
   *
   * @param endMs when the take ended, of the clock that packets carry
   * @throws PlateauError the first failure of the disk, one that does not answer among them
   */
  async finish(endMs: number): Promise<void> {
    for (const [sid, own] of this.#tracks) this.#endTrack(sid, own);
    await this.#video.finish(endMs - this.#options.originMs);
    this.#audio.finish(endMs - this.#options.originMs);
    await this.#file.finish();
  }

  /** @param untilMs of the file */
  #releaseAudio(untilMs: number): void {
    let next = 0;
    for (; next < this.#held.length; next += 1) {
      const held = this.#held[next];
      if (held === undefined || held.timeMs > untilMs) break;
      this.#audio.push(held.frame, held.timeMs);
    }
    this.#held.splice(0, next);
  }

  /** Told at a gap's end, never per frame. @returns pictures of which no packet came */
  #tellGap(gap: LineGap): number {
    const lost = this.#lostPictures();
    const dropped = Math.max(0, lost - this.#lostAtGap);
    this.#lostAtGap = lost;
    const missed = Math.max(0, (gap.dueFrames ?? 0) - dropped);
    this.#options.onGap?.({ ...gap, lostFrames: dropped + missed, ...this.#ofKey('video') });
    return missed;
  }

  /** Whether what is missing was encrypted; what comes from now on belongs to the next gap. */
  #ofKey(kind: 'audio' | 'video'): Pick<FileGap, 'isUndecrypted'> {
    const isUndecrypted = this.#notDecrypted[kind] > 0;
    this.#notDecrypted[kind] = 0;
    return { isUndecrypted };
  }

  #lostPictures(): number {
    const { awaitingKey, otherCodec, writerFull } = this.#video.counts.dropped;
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
    this.#endedFrames[kind] = sumOfFrames(this.#endedFrames[kind], counts);
    this.#tracks.delete(sid);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size >= mostTracks && oldest !== undefined) this.#ended.delete(oldest);
    this.#ended.set(sid, counts);
  }
}
