import { join } from 'node:path';
import { toPlateauError, type PlateauError } from '../contract/errors.js';
import type { Segment } from '../contract/manifest.js';
import type { Container, Profile } from '../contract/profile.js';
import { FrameAccounting } from '../pipeline/accounting.js';
import { AudioQueue } from '../pipeline/audio-queue.js';
import type { ByteCap } from '../pipeline/byte-cap.js';
import { FrameQueue, type FrameQueueLimits } from '../pipeline/frame-queue.js';
import type { FrameRateLimit } from '../pipeline/frame-rate-limit.js';
import { Semaphore } from '../pipeline/semaphore.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import { AudioTrackWriter } from './audio-track-writer.js';
import type { DiskWriterLimits } from './disk-writer.js';
import { LiveEncoder } from './live-encoder.js';
import { VideoTrackWriter } from './video-track-writer.js';

/** Caps of everything a sink holds; the table they come from is `telemetry/budget.ts`. */
export interface SinkLimits {
  readonly frameQueue: FrameQueueLimits;
  readonly audioFrames: number;
  readonly audioFrameMs: number;
  readonly framesInFlight: number;
  readonly disk: DiskWriterLimits;
}

export interface RecordingSinkOptions {
  readonly ffmpegPath: string;
  readonly folder: string;
  /** File name without its extension. */
  readonly fileStem: string;
  readonly profile: Profile;
  /** Null for audio only. */
  readonly canvas: { readonly width: number; readonly height: number } | null;
  readonly gapFill: 'black' | 'repeat';
  readonly clock: TakeClock;
  readonly frameBytes: ByteCap;
  readonly frameRateLimit: FrameRateLimit;
  readonly limits: SinkLimits;
  readonly events: SinkEvents;
}

export interface SinkEvents {
  readonly onLongFrameGap: (gapMs: number) => void;
  readonly onAudioGap: (gapMs: number) => void;
  /** The encoder ended or its disk failed. `restarts` tells whether a new segment will be begun. */
  readonly onFailure: (error: PlateauError, restarts: boolean) => void;
  readonly onRestarted: () => void;
}

/** An encoder that dies again and again will not be helped by one more start. */
const maxRestarts = 10;
const restartPauseMs = 1_000;
/** Files whose encoders start together with the take begin at its 0, with a moment of black and silence. */
const sameStartMs = 250;
/** How long queued frames may take to leave at the end of a take before they are given up and counted. */
const drainGraceMs = 5_000;

/**
 * Records one file: a participant's camera and microphone, or a screen share. The file is made of
 * segments, one for each encoder: usually one; another when ffmpeg died, or its participant came back.
 */
export class RecordingSink {
  readonly videoAccounting = new FrameAccounting();
  readonly audioAccounting = new FrameAccounting();
  readonly videoQueue: FrameQueue;
  readonly audioQueue: AudioQueue;
  readonly video: VideoTrackWriter | null;
  readonly audio: AudioTrackWriter;
  readonly videoInFlight: Semaphore;
  readonly #options: RecordingSinkOptions;
  readonly #segments: { file: string; startMs: number; endMs: number | null }[] = [];
  #encoder: LiveEncoder | null = null;
  #failure: PlateauError | null = null;
  #restarts = 0;
  #restartAtMs: number | null = null;
  /** A restart that is under way. */
  #restarting: Promise<void> | null = null;
  /** Encoders that failed and are still writing what they had. */
  #ending: Promise<void> = Promise.resolve();
  #isClosed = false;
  #onDrained: (() => void) | null = null;
  #finishedBytes = 0;

  constructor(options: RecordingSinkOptions) {
    this.#options = options;
    const { limits } = options;
    this.videoQueue = new FrameQueue(limits.frameQueue, options.frameBytes, this.videoAccounting);
    this.audioQueue = new AudioQueue(limits.audioFrames, limits.audioFrameMs, this.audioAccounting);
    this.videoInFlight = new Semaphore(limits.framesInFlight);
    const onDrained = (): void => {
      this.#onDrained?.();
    };
    this.video =
      options.canvas === null
        ? null
        : new VideoTrackWriter({
            clock: options.clock,
            queue: this.videoQueue,
            inFlight: this.videoInFlight,
            accounting: this.videoAccounting,
            maxFps: options.profile.maxFps,
            frameRateLimit: options.frameRateLimit,
            gapFill: options.gapFill,
            onLongGap: options.events.onLongFrameGap,
            onDrained,
          });
    this.audio = new AudioTrackWriter({
      clock: options.clock,
      queue: this.audioQueue,
      inFlight: new Semaphore(limits.framesInFlight),
      accounting: this.audioAccounting,
      frameMs: limits.audioFrameMs,
      onGap: options.events.onAudioGap,
      onDrained,
    });
  }

  get canvas(): { readonly width: number; readonly height: number } | null {
    return this.#options.canvas;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** Name of the finished file inside the take folder. */
  get file(): string {
    return `${this.#options.fileStem}.${fileExtension(this.#options.profile.container, this.#options.canvas === null)}`;
  }

  get encoderPid(): number | undefined {
    return this.#encoder?.pid;
  }

  /** Compressed bytes waiting for the disk. */
  get diskQueueBytes(): number {
    return this.#encoder?.disk.queuedBytes ?? 0;
  }

  drainMaxDiskWriteMs(): number {
    return this.#encoder?.disk.drainMaxWriteMs() ?? 0;
  }

  get writtenBytes(): number {
    return this.#finishedBytes + (this.#encoder?.disk.writtenBytes ?? 0);
  }

  /** Raw bytes handed to the present encoder. */
  get inputBytes(): number {
    return this.#encoder?.inputBytes ?? 0;
  }

  get pendingInputBytes(): number {
    return this.#encoder?.pendingInputBytes ?? 0;
  }

  /** The first failure that ended recording for good. */
  get failure(): PlateauError | null {
    return this.#failure;
  }

  get isRecording(): boolean {
    return this.#encoder !== null;
  }

  /**
   * Starts an encoder and a segment at the present moment.
   *
   * @throws PlateauError when ffmpeg cannot be started or the file cannot be created
   */
  async begin(): Promise<void> {
    const { clock, folder, fileStem, profile, canvas, ffmpegPath, limits } = this.#options;
    const nowMs = clock.nowMs();
    const startMs = nowMs < sameStartMs ? 0 : nowMs;
    const number = this.#segments.length + 1;
    const extension = fileExtension(profile.container, canvas === null);
    const file = number === 1 ? `${fileStem}.${extension}` : `${fileStem}.part${number}.${extension}`;
    let encoder: LiveEncoder | null = null;
    const onFailure = (error: PlateauError): void => {
      if (encoder !== null && encoder === this.#encoder) this.#encoderFailed(encoder, error);
    };
    encoder = await LiveEncoder.start({
      ffmpegPath,
      profile,
      canvas,
      path: join(folder, file),
      disk: limits.disk,
      onFailure,
    });
    this.#segments.push({ file, startMs, endMs: null });
    this.#encoder = encoder;
    this.video?.attach(encoder, startMs);
    this.audio.attach(encoder, startMs);
    if (encoder.failure !== null) this.#encoderFailed(encoder, encoder.failure);
  }

  /** Called a few times a second. */
  tick(nowMs: number): void {
    if (this.#restartAtMs !== null && nowMs >= this.#restartAtMs && !this.#isClosed) {
      this.#restartAtMs = null;
      this.#restarting = this.#restart();
      return;
    }
    this.video?.tick(nowMs);
    this.audio.tick(nowMs);
  }

  /**
   * Hands over what is queued, ends the segment and waits until it is on disk. Frames that come later
   * are dropped as `notRecording`. A sink can begin again afterwards.
   */
  async finish(endMs: number): Promise<void> {
    this.#isClosed = true;
    this.#restartAtMs = null;
    if (this.#restarting !== null) await this.#restarting;
    await this.#finishEncoder(endMs);
    await this.#ending;
    this.#isClosed = false;
  }

  async #finishEncoder(endMs: number): Promise<void> {
    const encoder = this.#encoder;
    if (encoder === null) return;
    this.video?.close(endMs);
    this.audio.close(endMs);
    await this.#drain();
    this.#detach('notRecording');
    this.#endSegment(endMs);
    const failure = await encoder.finish();
    this.#finishedBytes += encoder.disk.writtenBytes;
    if (failure !== null) {
      this.#failure ??= failure;
      this.#options.events.onFailure(failure, false);
    }
  }

  async #restart(): Promise<void> {
    try {
      await this.begin();
      this.#options.events.onRestarted();
    } catch (thrown) {
      const failure = toPlateauError(thrown);
      this.#failure ??= failure;
      this.#options.events.onFailure(failure, false);
    } finally {
      this.#restarting = null;
    }
  }

  async #drain(): Promise<void> {
    const isDrained = (): boolean => (this.video?.isDrained ?? true) && this.audio.isDrained;
    if (isDrained()) return;
    await new Promise<void>((resolve) => {
      const giveUp = setTimeout(resolve, drainGraceMs);
      this.#onDrained = () => {
        if (!isDrained()) return;
        clearTimeout(giveUp);
        resolve();
      };
    });
    this.#onDrained = null;
  }

  #encoderFailed(encoder: LiveEncoder, error: PlateauError): void {
    this.#detach('sinkFailed');
    this.#endSegment(this.#options.clock.nowMs());
    // A full or vanished disk is the take's concern; a dead encoder can be replaced.
    const restarts = error.code === 'ffmpegFailed' && this.#restarts < maxRestarts && !this.#isClosed;
    if (restarts) {
      this.#restarts += 1;
      this.#restartAtMs = this.#options.clock.nowMs() + restartPauseMs;
    } else {
      this.#failure ??= error;
    }
    const ended = encoder.finish().then(() => {
      this.#finishedBytes += encoder.disk.writtenBytes;
    });
    this.#ending = this.#ending.then(() => ended);
    this.#options.events.onFailure(error, restarts);
  }

  #detach(cause: 'sinkFailed' | 'notRecording'): void {
    this.#encoder = null;
    this.video?.detach(cause);
    this.audio.detach(cause);
  }

  #endSegment(endMs: number): void {
    const segment = this.#segments.at(-1);
    if (segment !== undefined) segment.endMs ??= endMs;
  }
}

/** MP4 without a frame is called M4A, so that players and file managers show it as audio. */
export function fileExtension(container: Container, isAudioOnly: boolean): string {
  if (!isAudioOnly) return container;
  return { mp4: 'm4a', mkv: 'mka', webm: 'webm' }[container];
}
