import { inTime } from '../../process/deadline.js';
import type { EncodedFrame, PictureSize } from '../frames/encoded-frame.js';
import type { BlackFrames } from './black-frames.js';
import {
  blackAwaitedBytes,
  blackEveryMs,
  blackFromStartMs,
  blackPatienceMs,
  mostBlackFrames,
  settleMs,
} from './black-timing.js';
import { topLayerSize } from './layer-size.js';
import { type LineCounts, LineTally } from './line-counts.js';
import type { MatroskaFile } from './matroska-file.js';
import { fitsHead } from './matroska-head.js';
import { PictureSteps } from './picture-steps.js';
import type { VideoCodec, VideoLineHooks, WaitingPicture } from './video-line-hooks.js';

/**
 * The video of a file: what was sent, and black key frames of its size wherever a camera was off. While a camera is on and
 * sends nothing, its last picture stays.
 *
 * A file that begins with a lower layer is said to have the size of the top one, and its first picture has it: black, if only
 * for a moment. Who goes by the first picture, as ffmpeg does, would make all of it as small as that.
 */
export class VideoLine {
  readonly #file: MatroskaFile;
  readonly #blackFrames: BlackFrames;
  readonly #hooks: VideoLineHooks;
  readonly #tally = new LineTally();
  #codec: VideoCodec | null = null;
  #size: PictureSize | null = null;
  #black: Buffer | null = null;
  /** From when on there is to be black; null while a camera is on. */
  #blackFromMs: number | null = 0;
  /** When the camera was said to be off; null while it is on. Pictures of before may still be on their way. */
  #offMs: number | null = null;
  /** When the next black is due. */
  #nextBlackMs = 0;
  #isBlackShown = false;
  /** What was sent from then on is not in the file, in milliseconds of it. */
  endsAtMs = Infinity;
  /** Whether what came last is not what the next picture builds on: black is between, or it found no room. */
  #needsKey = false;
  /** Whether the file began with a lower layer, so that its head is a guess, and the top one has not come. */
  #isTopAwaited = false;
  #isLower = false;
  #lastMs = -1;
  readonly steps: PictureSteps;
  /** The first pictures, until the black before them is made; null when nothing waits any more. */
  #waiting: WaitingPicture[] | null = [];
  #waitingBytes = 0;
  /** When they were first seen to wait: their own times may be old, for they waited for the sender's clock before. */
  #waitsSinceMs: number | null = null;
  #making: Promise<void> = Promise.resolve();

  constructor(
    file: MatroskaFile,
    blackFrames: BlackFrames,
    hooks: VideoLineHooks,
    steps = new PictureSteps(),
  ) {
    this.#file = file;
    this.#blackFrames = blackFrames;
    this.#hooks = hooks;
    this.steps = steps;
    steps.begin(this.#tally, hooks.onGap);
  }

  /** What became of the pictures up to now. */
  get counts(): LineCounts {
    return this.#tally.count(this.#waiting?.length ?? 0);
  }

  /** Whether pictures have come, and wait for the black before them. */
  get isWaiting(): boolean {
    return (this.#waiting?.length ?? 0) > 0;
  }

  /** Bytes of pictures that wait. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /**
   * Takes a picture.
   *
   * @param timeMs of the file
   * @param declared how large its camera is said to be; null when nothing is known
   */
  push(frame: EncodedFrame, timeMs: number, declared: PictureSize | null): void {
    this.#tally.handedOver += 1;
    if (timeMs >= this.endsAtMs) {
      this.#tally.drop('outside');
      return;
    }
    if (frame.lostBefore !== undefined) this.steps.hasLost = true;
    if (this.#codec === null && !this.#begin(frame, timeMs, declared)) return;
    if (this.#waiting === null) {
      this.#write({ frame, timeMs, declared });
      return;
    }
    this.#waiting.push({ frame, timeMs, declared });
    this.#waitingBytes += frame.data.length;
    const hasNothingBefore = (this.#waiting[0]?.timeMs ?? timeMs) < blackFromStartMs && !this.#isTopAwaited;
    if (hasNothingBefore || this.#waitingBytes > blackAwaitedBytes) this.#writeWaiting();
  }

  /** Leaves out a picture that was handed over. @param atMs of the file */
  leaveOut(cause: 'awaitingKey' | 'paused', atMs: number): void {
    this.#tally.handedOver += 1;
    this.#tally.drop(cause);
    if (cause === 'paused') this.steps.leftOut(atMs);
  }

  /** No picture comes before that moment, and those that were due since the last one, or since `fromMs`, are lost. Milliseconds of the file. */
  lostUpTo(atMs: number, fromMs = 0): void {
    if (this.isShowing && !this.isWaiting)
      this.steps.lostBetween(Math.max(this.#lastMs, fromMs), Math.min(atMs, this.endsAtMs));
  }

  /** The camera is off from then on: black follows what was filmed before. @param atMs of the file */
  setOff(atMs: number): void {
    this.#offMs = Math.max(0, atMs);
    if (this.#blackFromMs === null) this.#beginBlack(this.#offMs);
  }

  /** The camera is on again: where black stands already it goes on up to the next key frame. */
  setOn(): void {
    this.#offMs = null;
    if (this.#codec !== null && !this.#isBlackShown) this.#blackFromMs = null;
  }

  /** Writes the black that is due. @param nowMs of the file */
  tick(nowMs: number): void {
    if (this.isWaiting) {
      this.#waitsSinceMs ??= nowMs;
      if (nowMs - this.#waitsSinceMs > blackPatienceMs) this.#writeWaiting();
    }
    if (this.#waiting === null && this.#blackFromMs !== null && nowMs - this.#blackFromMs >= settleMs)
      this.#fillTo(nowMs - settleMs);
  }

  /** Writes what waits, and black up to the end of the file where a camera is off. Black that is just made is waited for. */
  async finish(endMs: number): Promise<void> {
    await inTime(this.#making, settleMs);
    this.#writeWaiting();
    if (this.#blackFromMs !== null) this.#fillTo(endMs);
    this.steps.endAll(endMs, this.isShowing);
  }

  #begin(frame: EncodedFrame, timeMs: number, declared: PictureSize | null): boolean {
    const { codec, config, isKey, rotation, size } = frame;
    if (codec === 'opus' || !isKey || size === null) {
      this.#tally.drop('awaitingKey');
      return false;
    }
    if (!fitsHead(config)) return this.#refuseCodec(codec, timeMs);
    this.#codec = codec;
    this.#size = topLayerSize(size, declared);
    this.#isTopAwaited = this.#size !== size;
    this.#file.setVideo({ codec, size: this.#size, config, rotation });
    this.#makeBlack();
    return true;
  }

  /** Of the size that was last sent, and of a lower layer of the top one. Made when it is wanted: a window that is dragged has a hundred sizes. */
  #makeBlack(): void {
    if (this.#codec === null || this.#size === null) return;
    this.#making = this.#blackFrames.of(this.#codec, this.#size).then((black) => {
      this.#black = black ?? this.#black;
      this.#writeWaiting();
    });
  }

  #writeWaiting(): void {
    const waiting = this.#waiting;
    if (waiting === null || waiting.length === 0) return;
    this.#waiting = null;
    this.#waitingBytes = 0;
    for (const picture of waiting) {
      this.#hooks.onWaited?.(picture.timeMs);
      this.#write(picture);
    }
    this.#hooks.onWaited?.(Infinity);
  }

  #write({ declared, frame, timeMs }: WaitingPicture): void {
    const { codec, data, isAfterPause, isKey, size } = frame;
    if (codec !== this.#codec && codec !== 'opus') {
      this.#refuseCodec(codec, timeMs);
      return;
    }
    if (this.#needsKey && !isKey) {
      this.#tally.drop('awaitingKey');
      this.#hooks.onKeyWanted();
      return;
    }
    if (isKey) {
      this.#fillTo(this.#isTopAwaited && this.#tally.written === 0 ? Math.max(timeMs, 1) : timeMs);
      this.#noteSize(frame, size, declared);
    }
    // What was filmed just before the file begins stands at its beginning: what follows builds on it.
    const atMs = Math.max(0, Math.round(timeMs), this.#lastMs + 1);
    if (!this.#file.write('video', atMs, isKey, data, 0, this.#isLower ? 'lower' : 'sent')) {
      this.#tally.drop('writerFull');
      this.steps.hasLost = true;
      this.#needsKey = true;
      this.#hooks.onKeyWanted();
      return;
    }
    this.#tally.wrote(atMs, atMs);
    if (this.#isLower) this.#tally.lowerLayer += 1;
    this.steps.note(this.#lastMs, atMs, this.#isBlackShown || isAfterPause === true);
    this.#lastMs = atMs;
    if (isKey) this.#needsKey = false;
    if (isKey && (this.#blackFromMs ?? Infinity) <= Math.max(0, timeMs)) {
      this.#blackFromMs = null;
      this.#isBlackShown = false;
      if (this.#offMs !== null && this.#offMs > timeMs) this.#beginBlack(this.#offMs);
    }
  }

  /** With the first picture of the top layer the head is no guess any more. */
  #noteSize(
    { codec, config, rotation }: EncodedFrame,
    size: PictureSize | null,
    declared: PictureSize | null,
  ): void {
    if (size === null || codec === 'opus') return;
    this.#size = topLayerSize(size, declared);
    this.#isLower = this.#size !== size;
    if (!this.#isTopAwaited || this.#isLower || !fitsHead(config)) return;
    this.#isTopAwaited = false;
    this.#file.setVideo({ codec, size, config, rotation });
  }

  /** Whether pictures of a camera that is on stand in it, so that the next part has to begin with a key frame. */
  get isShowing(): boolean {
    return this.#codec !== null && (this.#blackFromMs === null || this.isWaiting);
  }

  /** Where its newest picture stands, in milliseconds of the file; -1 before the first. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /**
   * Makes the line of the next part of the take. A camera that is on begins anew there, with the key frame that the part begins with,
   * of whatever codec; where black is shown, it goes on.
   *
   * @param endMs where this one ends @param hasLost whether something is missing before that
   */
  successor(file: MatroskaFile, hooks: VideoLineHooks, endMs: number, hasLost: boolean): VideoLine {
    const { isRefusing } = this.steps;
    const next = new VideoLine(file, this.#blackFrames, hooks, this.steps.successor(endMs));
    next.endsAtMs = this.endsAtMs - endMs;
    next.#offMs = this.#offMs === null ? null : Math.max(0, this.#offMs - endMs);
    const head = this.#file.video;
    if (head !== null && !this.isShowing && this.#black !== null && !isRefusing) {
      [next.#codec, next.#size, next.#black] = [this.#codec, this.#size, this.#black];
      next.#waiting = null;
      next.#needsKey = true;
      file.setVideo(head);
    }
    const keptMs = Math.min(this.#lastMs, this.#file.unwritten.fromMs.video);
    if (this.isShowing && (hasLost || this.steps.hasLost || keptMs < this.#lastMs) && keptMs >= 0)
      this.steps.tellLost(keptMs, endMs - keptMs);
    return next;
  }

  #refuseCodec(codec: VideoCodec, timeMs: number): false {
    this.#tally.drop('otherCodec');
    this.steps.refused(timeMs);
    this.#hooks.onOtherCodec(codec);
    return false;
  }

  #beginBlack(fromMs: number): void {
    this.#blackFromMs = fromMs;
    this.#nextBlackMs = fromMs;
    this.#makeBlack();
  }

  /** Black from where it is to begin, or goes on, to this time. */
  #fillTo(toMs: number): void {
    if (this.#blackFromMs === null || this.#black === null) return;
    const everyMs = Math.max(blackEveryMs, Math.round((toMs - this.#nextBlackMs) / mostBlackFrames));
    let atMs = Math.max(Math.round(this.#nextBlackMs), this.#lastMs + 1);
    while (atMs < toMs) {
      if (!this.#file.write('video', atMs, true, this.#black, 0, 'filled')) return;
      this.#tally.filled += 1;
      this.#isBlackShown = true;
      this.#needsKey = true;
      this.#lastMs = atMs;
      atMs += everyMs;
      this.#nextBlackMs = atMs;
    }
  }
}
