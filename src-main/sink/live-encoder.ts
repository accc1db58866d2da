import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { PlateauError } from '../contract/errors.js';
import { constantFps, type Profile } from '../contract/profile.js';
import type { StreamPackets } from '../contract/stamps.js';
import { codecNames, liveEncodeArguments } from '../ffmpeg/ffmpeg-arguments.js';
import { ffmpegNotStarted } from '../ffmpeg/run-ffmpeg.js';
import { pcmFormat } from '../pipeline/audio-queue.js';
import { ChildWatch, endInStages, signalGroup } from '../process/child-lifetime.js';
import { inTime } from '../process/deadline.js';
import { hurriedFor } from '../process/hurry.js';
import { endWithThisProcess } from '../process/orphan-guard.js';
import { startTurn } from '../process/start-turn.js';
import { LineSplitter, TextTail } from '../process/text-tail.js';
import { ConstantRate, noSlots, type SlotCount } from './constant-rate.js';
import type { DiskWriter, DiskWriterLimits } from './disk-writer.js';
import { defaultPatience, type EncoderPatience, endedLate, isProperEnd, unaskedEnd } from './encoder-ends.js';
import { type EncoderOutput, openOutput, type OutputKeepers } from './encoder-output.js';
import { HandedMedia, type LostFrames } from './handed-over.js';
import type { OnWritten } from './held-media.js';
import { InputBacklog } from './input-backlog.js';
import { MatroskaScanner } from './matroska-scanner.js';
import { MatroskaBlocks, matroskaHeader } from './matroska-stream.js';
import { Mp4Scanner } from './mp4-scanner.js';
import type { PacketScanner } from './packet-scanner.js';
import { blackFrame, type PgmyuvFrame } from './pgmyuv-frame.js';
import { toldOnce } from './told-once.js';

/** How one encoder is started. */
export interface LiveEncoderOptions extends OutputKeepers {
  readonly ffmpegPath: string;
  readonly profile: Profile;
  /** Size of the encoded frame; null for audio only. */
  readonly canvas: { readonly width: number; readonly height: number } | null;
  /** The growing file; must not exist. */
  readonly path: string;
  readonly disk: DiskWriterLimits;
  /** Called once, when the encoder ends without having been asked to, or its disk fails. */
  readonly onFailure: (error: PlateauError) => void;
  readonly patience?: EncoderPatience;
  /** Aborted when nobody can wait any longer: an encoder that does not end within 5 s then is killed. */
  readonly hurry?: AbortSignal | undefined;
}

/** What a sink needs of an encoder. */
export type SegmentEncoder = Pick<
  LiveEncoder,
  | 'failure'
  | 'finish'
  | 'lost'
  | 'inputBytes'
  | 'newestVideoMs'
  | 'packets'
  | 'pendingInputBytes'
  | 'pid'
  | 'slots'
  | 'writeAudio'
  | 'writeVideoFrame'
> & { readonly disk: Pick<DiskWriter, 'drainMaxWriteMs' | 'queuedBytes' | 'writtenBytes'> };

type FfmpegProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** ffmpeg says this of each input that is written faster than it is read, which is how back-pressure looks. */
const harmlessWarning = /Thread message queue blocking/;

/**
 * One ffmpeg process, its input and its output file. It holds no queue of its own: callers bound what
 * is in flight and are told when a write has left the process.
 */
export class LiveEncoder {
  readonly #process: FfmpegProcess;
  readonly #watch: ChildWatch;
  readonly #disk: EncoderOutput;
  readonly #scanner: PacketScanner;
  readonly #blocks = new MatroskaBlocks();
  readonly #rate: ConstantRate | null;
  readonly #backlog = new InputBacklog();
  readonly #onFailure: (error: PlateauError) => void;
  readonly #patience: EncoderPatience;
  readonly #hurry: AbortSignal | undefined;
  readonly #stderr = new TextTail();
  readonly #handed: HandedMedia;
  #failure: PlateauError | null = null;
  #ending = false;
  /** It did not end with its input, and had to be asked. */
  #isLate = false;
  #inputBytes = 0;
  /** It was started for video, and has got none yet. */
  #awaitsFrame: boolean;

  private constructor(
    process: FfmpegProcess,
    disk: EncoderOutput,
    scanner: PacketScanner,
    options: LiveEncoderOptions,
  ) {
    this.#process = process;
    this.#watch = new ChildWatch(process);
    this.#disk = disk;
    this.#scanner = scanner;
    this.#rate = ConstantRate.of(options.profile);
    this.#awaitsFrame = options.canvas !== null;
    this.#handed = new HandedMedia(codecNames(options.profile).audio);
    this.#onFailure = options.onFailure;
    this.#patience = options.patience ?? defaultPatience;
    this.#hurry = options.hurry;
    // Without descriptors there are no pipes: the start fails, and nobody must touch them.
    if (process.pid === undefined) return;
    disk.read(process.stdout);
    const stderrLines = new LineSplitter((line) => {
      if (!harmlessWarning.test(line)) this.#stderr.add(line);
    });
    process.stderr.on('data', (chunk: Buffer) => {
      stderrLines.push(chunk);
    });
    // A broken pipe is reported by the exit that broke it.
    process.stdin.on('error', () => undefined);
    void this.#watch.closed.then((exit) => {
      if (!this.#ending) this.#fail(unaskedEnd(exit, this.#stderr));
    });
  }

  /**
   * Creates the file and starts ffmpeg; {@link LiveEncoder.finish} ends both, whatever happened.
   *
   * @throws PlateauError `ffmpegMissing`, `outputUnwritable`, `diskFull`, `tooManyOpenFiles`
   */
  static async start(options: LiveEncoderOptions): Promise<LiveEncoder> {
    const { canvas } = options;
    let encoder: LiveEncoder | null = null;
    const scanner = options.profile.container === 'mp4' ? new Mp4Scanner() : new MatroskaScanner();
    const onDiskFailure = (error: PlateauError): void => {
      if (encoder !== null) encoder.#fail(error);
    };
    // The file first: between ffmpeg's start and those who listen to it nothing may be awaited.
    const disk = await openOutput(options, (bytes) => scanner.push(bytes), onDiskFailure);
    try {
      await startTurn();
      encoder = LiveEncoder.#spawn(options, disk, scanner);
      await encoder.#watch.started();
    } catch (thrown) {
      await disk.discard();
      throw ffmpegNotStarted(thrown);
    }
    encoder.#process.stdin.write(
      matroskaHeader({
        video: canvas === null ? null : { ...canvas, fps: constantFps(options.profile) },
        audio: { sampleRateHz: pcmFormat.sampleRateHz, channels: pcmFormat.channels },
      }),
    );
    return encoder;
  }

  static #spawn(options: LiveEncoderOptions, disk: EncoderOutput, scanner: PacketScanner): LiveEncoder {
    const { canvas, ffmpegPath, profile } = options;
    const encode = { profile, canvas, videoInput: canvas !== null };
    const child = spawn(ffmpegPath, liveEncodeArguments(encode), {
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: a Ctrl-C in the terminal is ours to handle, ffmpeg ends when its input does.
      detached: true,
      windowsHide: true,
    });
    endWithThisProcess(child);
    return new LiveEncoder(child, disk, scanner, options);
  }

  /** ffmpeg's process; undefined once it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** The first failure; null while there was none. */
  get failure(): PlateauError | null {
    return this.#failure;
  }

  /** Where its output goes. */
  get disk(): EncoderOutput {
    return this.#disk;
  }

  /** The packets that are on disk, counted while they were written; null when its output is not understood. */
  get packets(): StreamPackets | null {
    return this.#scanner.count();
  }

  /** Frames of tracks that it was handed and that are not on disk: known once it has ended. */
  get lost(): LostFrames {
    return this.#handed.lostBehind(this.packets);
  }

  /** Bytes that were handed to ffmpeg's input since its start. */
  get inputBytes(): number {
    return this.#inputBytes;
  }

  /** As {@link ConstantRate.newestMs}: no later frame can stand before it. */
  get newestVideoMs(): number {
    return this.#rate?.newestMs ?? -Infinity;
  }

  /** As {@link ConstantRate.slots}. */
  get slots(): SlotCount {
    return this.#rate?.slots ?? noSlots;
  }

  /** Bytes that were handed to ffmpeg's input and have not left this process. */
  get pendingInputBytes(): number {
    return this.#process.stdin.writableLength;
  }

  /**
   * Hands over one frame, which must not be changed until `onWritten` was called. `onWritten` gets
   * false when the pipe broke first.
   *
   * @param isFiller it fills the timeline, and is no frame of a track's own
   */
  writeVideoFrame(timeMs: number, frame: PgmyuvFrame, onWritten: OnWritten, isFiller = false): void {
    this.#awaitsFrame = false;
    this.#backlog.handed(performance.now());
    // An encoder that is behind gets new frames, and shows none again: that costs it half as much as a new one.
    const atMs = this.#rate?.inputTimeOf(timeMs, isFiller, this.#backlog.isBehind) ?? timeMs;
    const block = this.#blocks.blockHeader('video', atMs, frame.header.length + frame.pixels.length);
    const { stdin } = this.#process;
    this.#inputBytes += block.length + frame.header.length + frame.pixels.length;
    stdin.cork();
    stdin.write(block);
    stdin.write(frame.header);
    const repeatedBefore = this.#rate?.emptyBefore ?? 0;
    const onTaken: OnWritten = (isWritten) => {
      this.#backlog.taken(performance.now());
      onWritten(isWritten);
    };
    stdin.write(frame.pixels, toldOnce(onTaken, this.#handed.video, 1, isFiller, repeatedBefore));
    stdin.uncork();
  }

  /** Hands over PCM, which must not be changed until `onWritten` was called. @param isFiller silence that was put in */
  writeAudio(timeMs: number, pcm: Uint8Array, onWritten: OnWritten, isFiller = false): void {
    const { stdin } = this.#process;
    this.#inputBytes += pcm.length;
    stdin.cork();
    stdin.write(this.#blocks.blockHeader('audio', timeMs, pcm.length));
    stdin.write(pcm, toldOnce(onWritten, this.#handed.audio, pcm.length, isFiller));
    stdin.uncork();
  }

  /**
   * Ends the input, waits for ffmpeg and for the disk. Staged: what does not end by itself is asked to (SIGTERM) and
   * then made to (SIGKILL); the file plays in each case. Every stage has a deadline.
   *
   * @returns the first failure, or null when everything that was handed over is on disk
   */
  async finish(): Promise<PlateauError | null> {
    this.#ending = true;
    // Without a single frame ffmpeg fails, and the audio is lost with it: on a busy machine all of them may be late.
    if (this.#awaitsFrame) this.writeVideoFrame(0, blackFrame(), () => undefined, true);
    await this.#endProcess();
    await this.#pipeRead();
    const exit = await this.#watch.closed;
    if (this.#isLate) this.#failure ??= endedLate();
    else if (!isProperEnd(exit, this.#stderr)) this.#failure ??= unaskedEnd(exit, this.#stderr);
    try {
      await this.#disk.finish();
    } catch (thrown) {
      if (thrown instanceof PlateauError) this.#failure ??= thrown;
      else throw thrown;
    }
    return this.#failure;
  }

  async #endProcess(): Promise<void> {
    const { endMs, hurriedMs, terminateMs } = this.#patience;
    const terminate = (): void => {
      this.#isLate = true;
      signalGroup(this.#process, 'SIGTERM');
    };
    const input = { ask: () => this.#process.stdin.end(), patienceMs: endMs };
    const hurried = hurriedFor(this.#hurry, hurriedMs);
    await endInStages(this.#process, [input, { ask: terminate, patienceMs: terminateMs }], hurried.over);
    hurried.cancel();
  }

  /** Waits until all that ffmpeg has printed is read, as long as more of it comes, or the disk takes it. */
  async #pipeRead(): Promise<void> {
    let movedBytes = -1;
    while (!this.#watch.isClosed) {
      const { patienceMs, queuedBytes, receivedBytes, writtenBytes } = this.#disk;
      if (receivedBytes + writtenBytes === movedBytes) this.#watch.abandon();
      movedBytes = receivedBytes + writtenBytes;
      await inTime(this.#watch.closed, queuedBytes > 0 ? patienceMs : this.#patience.pipeMs);
    }
  }

  #fail(error: PlateauError): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#onFailure(error);
  }
}
