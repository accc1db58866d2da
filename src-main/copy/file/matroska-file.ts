import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import type { PlateauError } from '../../contract/errors.js';
import type { StreamPackets } from '../../contract/stamps.js';
import { PacketTally } from '../../ffmpeg/packet-tally.js';
import { inTime } from '../../process/deadline.js';
import { AwaitedFile } from '../../storage/awaited-file.js';
import { DiskLanes } from '../../storage/disk-lanes.js';
import {
  diskFull,
  diskNotAnswering,
  diskPatienceMs,
  fileGone,
  outputError,
} from '../../storage/take-folder.js';
import type { BlockOrigin } from './block-list.js';
import { noBlocks, OpenCluster, type SentBlocks, sumOfBlocks, type WrittenCluster } from './cluster.js';
import { CueList } from './cue-list.js';
import { copyQueueBytes, type MatroskaFileOptions } from './matroska-file-options.js';
import {
  type MatroskaHead,
  matroskaHead,
  seekHeadElement,
  segmentSize,
  type TrackKind,
  tracksElement,
  type VideoTrack,
} from './matroska-head.js';
import { type GrowingFile, noFile } from './no-file.js';
import { SlowestWrite } from './slowest-write.js';

type Call = { readonly bytes: Buffer; readonly at: number | null; readonly cluster: WrittenCluster | null };
/** What a crash costs of a picture that stands still; sooner, and clusters of a camera would end before they are full. */
const flushEveryMs = 1_000;
/** Writing a long file anew takes longer than one call of the disk. */
const restorePatience = 10;

/**
 * A Matroska file that grows by clusters of a second, each of which is handed to the disk as soon as it is full: cut at any
 * byte, it plays to its last frame before. At the end its size, its duration and its places to seek to are written into the
 * space that its head has for them, so that finishing takes as long for an hour as for a minute.
 *
 * Bounded: what the disk has not taken, with the open cluster, is at most the cap; beyond it {@link MatroskaFile.write} refuses.
 */
export class MatroskaFile {
  readonly path: string;
  readonly #options: MatroskaFileOptions;
  readonly #file: GrowingFile;
  readonly #lanes: DiskLanes;
  readonly #patienceMs: number;
  readonly #head: MatroskaHead;
  readonly #cluster = new OpenCluster();
  readonly #cues = new CueList();
  readonly #calls: Call[] = [];
  #queuedBytes = 0;
  #writtenBytes = 0;
  /** Where the next cluster will stand. */
  #endsAt: number;
  readonly slowestWrite = new SlowestWrite();
  readonly #tallies = { video: new PacketTally(), audio: new PacketTally() } as const;
  #video: VideoTrack | null = null;
  #endMs = 0;
  #writing: Promise<void> | null = null;
  #unwritten = noBlocks;
  #failure: PlateauError | null = null;
  #isFull = false;
  #flushes = 0;
  #seenFlushes = 0;
  #flushedMs = -Infinity;
  /** Sees each cluster that is handed to the disk; null for nobody. */
  onCluster: ((cluster: WrittenCluster) => void) | null = null;

  private constructor(path: string, file: GrowingFile, options: MatroskaFileOptions, lanes: DiskLanes) {
    this.path = path;
    this.#file = file;
    this.#options = options;
    this.#lanes = lanes;
    this.#patienceMs = options.patienceMs ?? diskPatienceMs;
    this.#head = matroskaHead({ video: null, hasAudio: true });
    this.#endsAt = this.#head.bytes.length;
    this.#queue(this.#head.bytes, null);
  }

  /**
   * Creates the file, which must not exist, with an audio track; {@link MatroskaFile.setVideo} adds the video. The caller ends
   * it with {@link MatroskaFile.finish}. A disk that stands still makes it when it goes on.
   *
   * @throws PlateauError `outputUnwritable`, `diskFull` or `tooManyOpenFiles`
   */
  static async create(path: string, options: MatroskaFileOptions = {}): Promise<MatroskaFile> {
    const { isUnwritten, lanes = new DiskLanes(), onPresence } = options;
    if (isUnwritten === true) return new MatroskaFile(path, noFile, options, lanes);
    const file = await AwaitedFile.create(path, lanes.writes, (...told) => onPresence?.(...told));
    return new MatroskaFile(path, file, options, lanes);
  }

  /** Bytes of the open cluster, and of what the disk has not taken yet. */
  get queuedBytes(): number {
    return this.#queuedBytes + this.#cluster.bytes;
  }

  /** Bytes that the operating system has taken. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** The first call of the disk that failed; null while there was none. */
  get failure(): PlateauError | null {
    return this.#failure;
  }

  /** What was sent, was taken, and is not on the disk because that has failed: of the last cluster a part may be. */
  get unwritten(): SentBlocks {
    return this.#unwritten;
  }

  /** What the head says of the video; null while the file has none. */
  get video(): VideoTrack | null {
    return this.#video;
  }

  /** The packets of each stream that were taken, as a reader of the finished file has to find them. */
  get packets(): StreamPackets {
    const { audio, video } = this.#tallies;
    return {
      video: video.packets === 0 ? null : video.count(),
      audio: audio.packets === 0 ? null : audio.count(),
    };
  }

  /**
   * Says what the video is, in the place that the head has for it: before the first block of it, and once more when the top layer
   * of a camera came later than a lower one.
   */
  setVideo(video: VideoTrack): void {
    this.#video = video;
    this.#queue(tracksElement({ video, hasAudio: true }), this.#head.tracksAt);
  }

  /**
   * Takes a block; false, and nothing is kept, when there is no room for it, or the disk has failed. `data` is not copied.
   *
   * @param timeMs from the beginning of the file; whole, 0 or more, and never back on the same track
   * @param durationMs how long it lasts, as far as that is known
   */
  write(
    track: TrackKind,
    timeMs: number,
    isKey: boolean,
    data: Buffer,
    durationMs: number,
    origin: BlockOrigin = 'sent',
  ): boolean {
    const cap = this.#options.capBytes ?? copyQueueBytes;
    if (this.#failure !== null || this.queuedBytes + OpenCluster.blockBytes(data) > cap) return false;
    if (this.#cluster.endsBefore(track, timeMs, isKey)) this.flush();
    this.#cluster.add({ track, timeMs, isKey, data, durationMs, origin });
    this.#tallies[track].add(data.length, crc32(data));
    this.#endMs = Math.max(this.#endMs, timeMs + durationMs);
    return true;
  }

  /** Hands the open cluster to the disk, however short it is: to be called about once a second, when little comes. */
  flush(): void {
    const cluster = this.#cluster.take();
    if (cluster === null) return;
    this.#flushes += 1;
    const place = this.#endsAt - this.#head.segmentFrom;
    if (cluster.keyMs !== null) this.#cues.add('video', cluster.keyMs, place);
    else if (this.#video === null && cluster.hasAudio) this.#cues.add('audio', cluster.timeMs, place);
    this.#endsAt += cluster.bytes.length;
    this.#queue(cluster.bytes, null, cluster);
    this.onCluster?.(cluster);
  }

  /**
   * Hands the open cluster to the disk when nothing has been handed over for a second: a screen that stands still would wait for
   * its next picture. To be called about twice a second, with a clock that goes on.
   */
  flushOlderThan(nowMs: number): void {
    if (nowMs - this.#flushedMs < flushEveryMs) return;
    if (this.#flushes === this.#seenFlushes) this.flush();
    this.#seenFlushes = this.#flushes;
    this.#flushedMs = nowMs;
  }

  /** Looks whether the file is still where it belongs. To be called every some hundred milliseconds; never rejects. */
  async checkPresence(): Promise<void> {
    await this.#lanes.checks.run(() => this.#file.check());
  }

  /**
   * Writes what is left, then size, duration and places to seek to, and closes.
   *
   * @throws PlateauError the first failure of the disk, one that does not answer among them
   */
  async finish(): Promise<void> {
    this.flush();
    this.#queueEnd();
    await this.drained();
    await this.#answer(this.#file.made);
    await this.#answer(
      this.#file.settle(),
      this.#patienceMs * (this.#failure === null ? restorePatience : 1),
    );
    if (this.#file.isGone) this.#fail(fileGone(basename(this.path)));
    if (this.failure === null) await this.#answer(this.#lanes.checks.run(() => this.#file.sync()));
    await this.#answer(this.#file.close());
    // A getter, because control flow analysis does not see that #fail sets the field.
    const failure = this.failure;
    if (failure !== null) throw failure;
  }

  /** Resolves when the disk has taken what was handed to it, or has failed; never rejects. */
  async drained(): Promise<void> {
    while (this.#failure === null && this.#writing !== null) await this.#answer(this.#writing);
  }

  #queueEnd(): void {
    const cues = this.#cues.element();
    const cuesAt = this.#endsAt;
    if (cues !== null) {
      this.#queue(cues, null);
      this.#endsAt += cues.length;
    }
    const duration = Buffer.allocUnsafe(8);
    duration.writeDoubleBE(this.#endMs);
    this.#queue(duration, this.#head.durationAt);
    this.#queue(seekHeadElement(this.#head, cues === null ? null : cuesAt), this.#head.seekHeadAt);
    // Last: with a size a file says that it is whole.
    this.#queue(segmentSize(this.#head, this.#endsAt), this.#head.segmentSizeAt);
  }

  /** @param at where it is written over what stands there; null behind everything */
  #queue(bytes: Buffer, at: number | null, cluster: WrittenCluster | null = null): void {
    if (this.#failure !== null) {
      this.#lose(cluster);
      return;
    }
    this.#calls.push({ bytes, at, cluster });
    this.#queuedBytes += bytes.length;
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    try {
      for (let call = this.#calls[0]; call !== undefined; call = this.#calls[0]) {
        const { at, bytes } = call;
        const write = (): Promise<void> =>
          at === null ? this.#file.append([bytes], this.#spendReserve) : this.#file.overwrite(bytes, at);
        await this.slowestWrite.time(this.#lanes.writes.run(write));
        this.#calls.shift();
        if (this.failure === null) this.#queuedBytes -= bytes.length;
        if (at === null) this.#writtenBytes += bytes.length;
      }
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      this.#writing = null;
    }
  }

  /** Once: whoever hears of it ends what comes, and for the rest of that there is the space that was kept. */
  readonly #spendReserve = async (): Promise<boolean> => {
    const { reserve } = this.#options;
    if (reserve === undefined || this.#isFull) return false;
    this.#isFull = true;
    await reserve.release();
    this.#options.onFailure?.(diskFull());
    return true;
  };

  async #answer(call: Promise<unknown>, patienceMs = this.#patienceMs): Promise<void> {
    try {
      const answered = await inTime(call, patienceMs);
      if (!answered.isInTime) this.#fail(diskNotAnswering());
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #fail(thrown: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = outputError(thrown);
    // What the open cluster has is added when that is taken.
    for (const { cluster } of this.#calls.splice(0)) this.#lose(cluster);
    this.#queuedBytes = 0;
    this.#options.onFailure?.(this.#failure);
  }

  #lose(cluster: WrittenCluster | null): void {
    if (cluster !== null) this.#unwritten = sumOfBlocks(this.#unwritten, cluster.sent);
  }
}
