import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { PlateauError } from '../contract/errors.js';
import type { Profile } from '../contract/profile.js';
import type { StreamPackets } from '../contract/stamps.js';
import { liveEncodeArguments } from '../ffmpeg/ffmpeg-arguments.js';
import { ffmpegFailure } from '../ffmpeg/run-ffmpeg.js';
import { pcmFormat } from '../pipeline/audio-queue.js';
import { endInStages } from '../process/child-lifetime.js';
import { LineSplitter, TextTail } from '../process/text-tail.js';
import { DiskWriter, type DiskWriterLimits } from './disk-writer.js';
import { MatroskaScanner } from './matroska-scanner.js';
import { MatroskaBlocks, matroskaHeader } from './matroska-stream.js';
import { Mp4Scanner } from './mp4-scanner.js';
import type { PacketScanner } from './packet-scanner.js';
import type { PgmyuvFrame } from './pgmyuv-frame.js';

/** How one encoder is started. */
export interface LiveEncoderOptions {
  readonly ffmpegPath: string;
  readonly profile: Profile;
  /** Size of the encoded frame; null for audio only. */
  readonly canvas: { readonly width: number; readonly height: number } | null;
  /** The growing file; must not exist. */
  readonly path: string;
  readonly disk: DiskWriterLimits;
  /** Called once, when the encoder ends without having been asked to, or its disk fails. */
  readonly onFailure: (error: PlateauError) => void;
}

/** What a sink needs of an encoder. */
export type SegmentEncoder = Pick<
  LiveEncoder,
  | 'failure'
  | 'finish'
  | 'inputBytes'
  | 'packets'
  | 'pendingInputBytes'
  | 'pid'
  | 'writeAudio'
  | 'writeVideoFrame'
> & { readonly disk: Pick<DiskWriter, 'drainMaxWriteMs' | 'queuedBytes' | 'writtenBytes'> };

type FfmpegProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** How long ffmpeg may take to end after its input did, before it is asked and then made to. */
const endGraceMs = 15_000;
const terminateGraceMs = 3_000;
/** ffmpeg says this of each input that is written faster than it is read, which is how back-pressure looks. */
const harmlessWarning = /Thread message queue blocking/;

/**
 * One ffmpeg process, its input and its output file. It holds no queue of its own: callers bound what
 * is in flight and are told when a write has left the process.
 */
export class LiveEncoder {
  readonly #process: FfmpegProcess;
  readonly #disk: DiskWriter;
  readonly #scanner: PacketScanner;
  readonly #blocks = new MatroskaBlocks();
  readonly #exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly #onFailure: (error: PlateauError) => void;
  readonly #stderr = new TextTail();
  #failure: PlateauError | null = null;
  #ending = false;
  #inputBytes = 0;

  private constructor(
    process: FfmpegProcess,
    disk: DiskWriter,
    scanner: PacketScanner,
    onFailure: (error: PlateauError) => void,
  ) {
    this.#process = process;
    this.#disk = disk;
    this.#scanner = scanner;
    this.#onFailure = onFailure;
    const stderrLines = new LineSplitter((line) => {
      if (!harmlessWarning.test(line)) this.#stderr.add(line);
    });
    process.stderr.on('data', (chunk: Buffer) => {
      stderrLines.push(chunk);
    });
    // A broken pipe is reported by the exit that broke it.
    process.stdin.on('error', () => undefined);
    this.#exited = new Promise((resolve) => {
      process.once('close', (code, signal) => {
        resolve({ code, signal });
        if (!this.#ending) this.#fail(this.#exitError(code, signal));
      });
    });
  }

  /**
   * Starts ffmpeg and creates the file; {@link LiveEncoder.finish} ends both, whatever happened.
   *
   * @throws PlateauError `ffmpegMissing`, `outputUnwritable`, `diskFull`
   */
  static async start(options: LiveEncoderOptions): Promise<LiveEncoder> {
    const { canvas } = options;
    const encode = { profile: options.profile, canvas, videoInput: canvas !== null };
    const child = spawn(options.ffmpegPath, liveEncodeArguments(encode), {
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: a Ctrl-C in the terminal is ours to handle, ffmpeg ends when its input does.
      detached: true,
      windowsHide: true,
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (thrown) => {
        reject(
          new PlateauError(
            'ffmpegMissing',
            `ffmpeg cannot be started: ${thrown.message}.`,
            'Install ffmpeg, or set FFMPEG_PATH to a working one.',
            { cause: thrown },
          ),
        );
      });
    });
    let encoder: LiveEncoder | null = null;
    try {
      const scanner = options.profile.container === 'mp4' ? new Mp4Scanner() : new MatroskaScanner();
      const onFailure = (error: PlateauError): void => {
        if (encoder !== null) encoder.#fail(error);
      };
      const disk = await DiskWriter.create(options.path, child.stdout, options.disk, onFailure, (bytes) =>
        scanner.push(bytes),
      );
      encoder = new LiveEncoder(child, disk, scanner, options.onFailure);
    } catch (thrown) {
      child.kill('SIGKILL');
      throw thrown;
    }
    child.stdin.write(
      matroskaHeader({
        video: canvas,
        audio: { sampleRateHz: pcmFormat.sampleRateHz, channels: pcmFormat.channels },
      }),
    );
    return encoder;
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
  get disk(): DiskWriter {
    return this.#disk;
  }

  /** The packets that are on disk, counted while they were written; null when its output is not understood. */
  get packets(): StreamPackets | null {
    return this.#scanner.count();
  }

  /** Bytes that were handed to ffmpeg's input since its start. */
  get inputBytes(): number {
    return this.#inputBytes;
  }

  /** Bytes that were handed to ffmpeg's input and have not left this process. */
  get pendingInputBytes(): number {
    return this.#process.stdin.writableLength;
  }

  /**
   * Hands over one frame, which must not be changed until `onWritten` was called. `onWritten` gets
   * false when the pipe broke first.
   */
  writeVideoFrame(timeMs: number, frame: PgmyuvFrame, onWritten: (written: boolean) => void): void {
    const block = this.#blocks.blockHeader('video', timeMs, frame.header.length + frame.pixels.length);
    const { stdin } = this.#process;
    this.#inputBytes += block.length + frame.header.length + frame.pixels.length;
    stdin.cork();
    stdin.write(block);
    stdin.write(frame.header);
    stdin.write(frame.pixels, (error) => {
      onWritten(error === undefined || error === null);
    });
    stdin.uncork();
  }

  /** Hands over PCM, which must not be changed until `onWritten` was called. */
  writeAudio(timeMs: number, pcm: Uint8Array, onWritten: (written: boolean) => void): void {
    const { stdin } = this.#process;
    this.#inputBytes += pcm.length;
    stdin.cork();
    stdin.write(this.#blocks.blockHeader('audio', timeMs, pcm.length));
    stdin.write(pcm, (error) => {
      onWritten(error === undefined || error === null);
    });
    stdin.uncork();
  }

  /**
   * Ends the input, waits for ffmpeg and for the disk. Staged: what does not end by itself is asked
   * to (SIGTERM) and then made to (SIGKILL); the file plays in each case.
   *
   * @returns the first failure, or null when everything that was handed over is on disk
   */
  async finish(): Promise<PlateauError | null> {
    this.#ending = true;
    await endInStages(this.#process, [
      { ask: () => this.#process.stdin.end(), patienceMs: endGraceMs },
      { ask: 'SIGTERM', patienceMs: terminateGraceMs },
    ]);
    const { code, signal } = await this.#exited;
    if (code !== 0) this.#failure ??= this.#exitError(code, signal);
    try {
      await this.#disk.finish();
    } catch (thrown) {
      if (thrown instanceof PlateauError) this.#failure ??= thrown;
      else throw thrown;
    }
    return this.#failure;
  }

  #fail(error: PlateauError): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#onFailure(error);
  }

  #exitError(code: number | null, signal: NodeJS.Signals | null): PlateauError {
    if (signal === null) return ffmpegFailure('recording', code, this.#stderr);
    return new PlateauError(
      'ffmpegFailed',
      `ffmpeg was ended by ${signal} while it was recording.`,
      'What it wrote so far is kept and plays. Check that there is free memory, and who ends processes on this machine.',
    );
  }
}
