import { type PlateauError, toPlateauError } from '../contract/errors.js';
import type { Canvas } from '../ffmpeg/ffmpeg-arguments.js';
import { pcmBytesPerMs } from '../pipeline/audio-queue.js';
import { noSlots, type SlotCount } from './constant-rate.js';
import { FrameSizes } from './frame-sizes.js';
import { audioFrameBytes, type LostFrames, nothingLost, sumOfLost } from './handed-over.js';
import { answer, HeldMedia, type OnWritten } from './held-media.js';
import type { SegmentEncoder } from './live-encoder.js';
import { blackFrame, frameSize, isBlackFiller, type PgmyuvFrame } from './pgmyuv-frame.js';
import type { ShapedEncoderOptions } from './shaped-encoder-options.js';
import { type StartedSegment, startSegment } from './start-segment.js';

export type { ShapedEncoderOptions } from './shaped-encoder-options.js';

/** How long the first frame of a camera that is on is waited for: then audio is recorded without it. */
const firstFrameMs = 2_000;
const noDisk = { queuedBytes: 0, writtenBytes: 0, drainMaxWriteMs: () => 0 } as const;

/**
 * An encoder of a file that may get video: with the first frame its size is known, and ffmpeg is started for it. Until
 * then audio is held back while a camera is on, and recorded in a segment without video while none is. The segment with
 * video begins exactly where that ends.
 *
 * Holds at most `caps.heldAudioMs` of audio and the frames that are in flight; beyond that it acknowledges nothing.
 */
export class ShapedEncoder implements SegmentEncoder {
  /** The segments that it has begun. */
  readonly files: string[] = [];
  readonly #options: ShapedEncoderOptions;
  readonly #sizes: FrameSizes;
  #current: SegmentEncoder | null = null;
  #currentFile = '';
  readonly #held = new HeldMedia();
  /** The present encoder cannot take it all, or there is none. */
  #isHolding = true;
  /** It takes video, or there never will be any. */
  #isFinal = false;
  #isVideoRefused = false;
  #hasLetFillerGo = false;
  /** Where the present segment begins, from the start of the first one. */
  #offsetMs = 0;
  /** End of the audio that was handed on, from the start of the first segment. */
  #audioEndMs = 0;
  #becoming: Promise<void> | null = null;
  /** Another encoder is being started for what comes. */
  #isReplacing = false;
  #formers: Promise<void> = Promise.resolve();
  #formerBytes = 0;
  #formerLost = nothingLost;
  #failure: PlateauError | null = null;
  #isEnding = false;
  #patience: NodeJS.Timeout | undefined;

  private constructor(options: ShapedEncoderOptions) {
    this.#options = options;
    this.#sizes = new FrameSizes(options.shape, options.events.onFrameSize);
  }

  /**
   * Starts ffmpeg, unless it takes a frame to know how: then it is started with the first one, or after two seconds
   * without video. What comes meanwhile is held. A start that fails is told by `onFailure`.
   *
   * @throws PlateauError as `start` does, for a replacement
   */
  static async start(options: ShapedEncoderOptions): Promise<ShapedEncoder> {
    const encoder = new ShapedEncoder(options);
    if (options.isReplacement && !encoder.#isFrameAwaited()) await encoder.#startNext(options.shape.canvas);
    else encoder.#prepare();
    return encoder;
  }

  /** The same for one whose segment is to come: it takes at once what it is handed. */
  static prepare(options: ShapedEncoderOptions): ShapedEncoder {
    const encoder = new ShapedEncoder(options);
    encoder.#prepare();
    return encoder;
  }

  /** ffmpeg's process; undefined while there is none. */
  get pid(): number | undefined {
    return this.#current?.pid;
  }

  /** The first failure; null while there was none. */
  get failure(): PlateauError | null {
    return this.#failure ?? this.#current?.failure ?? null;
  }

  /** What the present segment holds. */
  get packets(): SegmentEncoder['packets'] {
    return this.#current?.packets ?? null;
  }

  /** As {@link SegmentEncoder} says, over all of its segments. */
  get lost(): LostFrames {
    const held = { videoFrames: 0, audioFrames: Math.round(this.#held.lostBytes / audioFrameBytes) };
    return sumOfLost(sumOfLost(this.#formerLost, held), this.#current?.lost ?? nothingLost);
  }

  /** Where its output goes. */
  get disk(): SegmentEncoder['disk'] {
    const disk = this.#current?.disk ?? noDisk;
    const writtenBytes = disk.writtenBytes + this.#formerBytes;
    return { queuedBytes: disk.queuedBytes, writtenBytes, drainMaxWriteMs: () => disk.drainMaxWriteMs() };
  }

  /** As {@link SegmentEncoder} says, from the start of the first segment. */
  get newestVideoMs(): number {
    return this.#isFinal && this.#current !== null ? this.#current.newestVideoMs + this.#offsetMs : -Infinity;
  }

  /** As {@link SegmentEncoder} says. */
  get slots(): SlotCount {
    return this.#current?.slots ?? noSlots;
  }

  /** Bytes that were handed to ffmpeg's input. */
  get inputBytes(): number {
    return this.#current?.inputBytes ?? 0;
  }

  /** Bytes that were handed to ffmpeg's input and have not left this process. */
  get pendingInputBytes(): number {
    return (this.#current?.pendingInputBytes ?? 0) + this.#held.bytes;
  }

  /** As {@link SegmentEncoder} says. The first frame of all decides about the file's size. */
  writeVideoFrame(timeMs: number, frame: PgmyuvFrame, onWritten: OnWritten, isFiller = false): void {
    const isBlack = isBlackFiller(frame);
    if (!isBlack) this.#sizes.see(frame, timeMs);
    if (this.#isFinal && this.#current !== null) {
      this.#current.writeVideoFrame(timeMs - this.#offsetMs, frame, onWritten, isFiller);
    } else if (isBlack) {
      // Nothing has to be filled where there is no video; should there be some, it begins with black.
      this.#hasLetFillerGo = true;
      answer(onWritten, true);
    } else if (this.#isVideoRefused || this.#failure !== null) {
      answer(onWritten, false);
    } else {
      this.#isHolding = true;
      this.#held.addVideo(timeMs, frame, onWritten, isFiller);
      this.#become(this.#options.shape.decide(frameSize(frame), this.#options.declared()));
    }
  }

  /** As {@link SegmentEncoder} says. */
  writeAudio(timeMs: number, pcm: Uint8Array, onWritten: OnWritten, isFiller = false): void {
    if (this.#failure !== null) answer(onWritten, false);
    else if (this.#isHolding) this.#held.addAudio(timeMs, pcm, onWritten, isFiller);
    else this.#handOnAudio(timeMs, pcm, onWritten, isFiller);
  }

  /** As {@link SegmentEncoder} says; also waits for the segment without video. */
  async finish(): Promise<PlateauError | null> {
    clearTimeout(this.#patience);
    this.#held.complete();
    await this.#becoming;
    // What was held back belongs into the file, with or without a frame.
    if (this.#current === null && this.#failure === null) await this.#attempt(this.#options.shape.canvas);
    this.#isEnding = true;
    const failure = (await this.#current?.finish()) ?? null;
    if (this.#current !== null) this.#options.segments.written(this.#currentFile, this.#current.packets);
    await this.#formers;
    return this.#failure ?? failure;
  }

  #isFrameAwaited(): boolean {
    const { isVideoExpected, shape } = this.#options;
    if (isVideoExpected) shape.expectVideo();
    return shape.canvas === null && shape.mayHaveVideo && isVideoExpected;
  }

  #prepare(): void {
    if (!this.#isFrameAwaited()) this.#become(this.#options.shape.canvas);
    else this.#patience = setTimeout(() => this.#become(null), firstFrameMs);
  }

  #handOnAudio(timeMs: number, pcm: Uint8Array, onWritten: OnWritten, isFiller: boolean): void {
    this.#audioEndMs = Math.max(this.#audioEndMs, timeMs + pcm.length / pcmBytesPerMs);
    this.#current?.writeAudio(timeMs - this.#offsetMs, pcm, onWritten, isFiller);
  }

  #become(canvas: Canvas | null): void {
    this.#becoming ??= this.#attempt(canvas).finally(() => {
      this.#becoming = null;
      // A frame may have come while an encoder without video was starting.
      const { canvas: known } = this.#options.shape;
      if (known !== null && !this.#isFinal && !this.#isVideoRefused && this.#failure === null)
        this.#become(known);
    });
  }

  async #attempt(canvas: Canvas | null): Promise<void> {
    clearTimeout(this.#patience);
    try {
      await this.#startNext(canvas);
    } catch (thrown) {
      this.#startFailed(toPlateauError(thrown));
    }
  }

  #startFailed(error: PlateauError): void {
    const failure = this.#current === null ? error : this.#current.failure;
    if (failure !== null) {
      this.#fail(failure);
      return;
    }
    this.#isVideoRefused = true;
    this.#options.events.onSegmentFailed(error);
    this.#handOnHeld();
  }

  /** Starts ffmpeg for a segment that begins where the audio of the one before ends, and hands on what was held. */
  async #startNext(canvas: Canvas | null): Promise<void> {
    const { segments, startMs, shape } = this.#options;
    const [former, formerFile] = [this.#current, this.#currentFile];
    this.#isReplacing = true;
    segments.setVideo(canvas !== null);
    const { encoder, file } = await this.#startNamed(canvas).finally(() => {
      this.#isReplacing = false;
    });
    if (former !== null) await this.#reachSlot();
    if (this.#failure !== null) {
      await encoder.finish();
      return;
    }
    this.#current = encoder;
    this.#currentFile = file;
    if (former !== null) {
      // A camera came before any audio was known to have its place.
      const isUnused = this.#audioEndMs <= this.#offsetMs;
      this.#offsetMs = this.#audioEndMs;
      if (isUnused) segments.forget([formerFile]);
      else segments.end(startMs + this.#offsetMs);
      this.#formers = this.#finishFormer(former, formerFile, isUnused);
    }
    this.files.push(file);
    segments.begin(file, startMs + this.#offsetMs);
    this.#isFinal = canvas !== null || !shape.mayHaveVideo;
    // The first frame may come a moment after the segment's start.
    if (canvas !== null && this.#hasLetFillerGo)
      encoder.writeVideoFrame(0, blackFrame(), () => undefined, true);
    this.#handOnHeld();
    if (encoder.failure !== null) this.#fail(encoder.failure);
  }

  /** The segment before gets audio until the next place where one may begin: a moment's, of what is held. */
  async #reachSlot(): Promise<void> {
    const { segments, startMs } = this.#options;
    const placeMs = segments.placeAfter(startMs + this.#audioEndMs) - startMs;
    if (placeMs <= this.#audioEndMs || !(await this.#held.hasAudioUntil(placeMs))) return;
    for (const { isFiller, onWritten, pcm, timeMs } of this.#held.drainAudioUntil(placeMs))
      this.#handOnAudio(timeMs, pcm, onWritten, isFiller);
    this.#audioEndMs = placeMs;
  }

  async #startNamed(canvas: Canvas | null): Promise<StartedSegment> {
    let started: StartedSegment | null = null;
    started = await startSegment(this.#options, canvas, (error) => {
      // One that is being replaced tells its failure at its end.
      if (started?.encoder === this.#current && !this.#isReplacing) this.#fail(error);
    });
    return started;
  }

  async #finishFormer(former: SegmentEncoder, file: string, isUnused: boolean): Promise<void> {
    const failure = await former.finish();
    if (isUnused) return this.#options.removeUnused([file]);
    this.#formerBytes += former.disk.writtenBytes;
    this.#formerLost = sumOfLost(this.#formerLost, former.lost);
    this.#options.segments.written(file, former.packets);
    if (failure !== null) this.#options.events.onSegmentFailed(failure);
  }

  #handOnHeld(): void {
    // Without video the frames have to wait for an encoder of their own, and the audio that belongs to them.
    this.#isHolding = !this.#isFinal && !this.#isVideoRefused && this.#held.hasVideo;
    let videoMs = 0;
    for (const write of this.#held.drain(this.#isHolding ? 'audio' : undefined)) {
      if (write.kind === 'audio') this.#handOnAudio(write.timeMs, write.pcm, write.onWritten, write.isFiller);
      else if (this.#isVideoRefused) write.onWritten(false);
      else {
        videoMs = Math.max(videoMs + 1, write.timeMs - this.#offsetMs);
        this.#current?.writeVideoFrame(videoMs, write.frame, write.onWritten, write.isFiller);
      }
    }
  }

  #fail(error: PlateauError): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#held.complete();
    for (const { onWritten } of this.#held.drain()) onWritten(false);
    if (!this.#isEnding) this.#options.events.onFailure(error);
  }
}
