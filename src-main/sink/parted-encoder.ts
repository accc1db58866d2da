import type { PlateauError } from '../contract/errors.js';
import { pcmBytesPerMs, pcmFormat } from '../pipeline/audio-queue.js';
import { noSlots, type SlotCount, sumOfSlots } from './constant-rate.js';
import type { FilePart } from './file-parts.js';
import { type LostFrames, nothingLost } from './handed-over.js';
import type { OnWritten } from './held-media.js';
import type { SegmentEncoder } from './live-encoder.js';
import { PartStretch } from './part-stretch.js';
import { type PartedEncoderOptions, type PartEncoder, whenBoth } from './parted-encoder-options.js';
import type { PgmyuvFrame } from './pgmyuv-frame.js';

/** Video that is later than this behind a cut does not keep the part before it open. */
const videoPatienceMs = 3_000;
/** Times are whole milliseconds there: a frame that rounding has put before its cut belongs behind it. */
const roundingMs = 0.5;
const sampleBytes = pcmFormat.channels * pcmFormat.bytesPerSample;

/**
 * The encoders of one stretch of a file that is cut into parts: the next one stands before its part begins, and each frame
 * and each sample goes to the one in whose part it belongs. Whoever writes knows nothing of it.
 *
 * Holds nothing but the newest frame, which its writer holds as well.
 */
export class PartedEncoder implements SegmentEncoder {
  readonly #options: PartedEncoderOptions;
  readonly #startMs: number;
  readonly #stretches: PartStretch[] = [];
  /** Where each stream is. */
  readonly #at = { video: 0, audio: 0 };
  readonly #endings = new Set<Promise<void>>();
  #shown: PgmyuvFrame | null = null;
  #failure: PlateauError | null = null;
  #failedPart: FilePart | null = null;
  #isEnding = false;
  readonly #former = { slots: noSlots, inputBytes: 0, writtenBytes: 0 };

  private constructor(options: PartedEncoderOptions, startMs: number) {
    this.#options = options;
    this.#startMs = startMs;
  }

  /**
   * Starts with the part that is recorded; those whose cut is to come are prepared.
   *
   * @param startMs where it begins on the take's timeline
   * @param start starts its first encoder
   * @throws PlateauError as `start` does
   */
  static async start(
    options: PartedEncoderOptions,
    startMs: number,
    start: (part: FilePart, onFailure: (error: PlateauError) => void) => Promise<PartEncoder>,
  ): Promise<PartedEncoder> {
    const parted = new PartedEncoder(options, startMs);
    const part = options.parts.current;
    let stretch: PartStretch | null = null;
    const encoder = await start(part, (error) => {
      if (stretch !== null) parted.#stretchFailed(stretch, error);
    });
    stretch = parted.#add(part, encoder, 0);
    // It may have failed before anybody was there to hear of it.
    parted.#failure = encoder.failure;
    for (const next of options.parts.pending) parted.cut(next);
    return parted;
  }

  /** From where the part begins, it is recorded by an encoder of its own, which is started now. */
  cut(part: FilePart): void {
    const last = this.#stretches.at(-1);
    const fromMs = part.startMs - this.#startMs;
    if (this.#isEnding || last === undefined || fromMs <= last.fromMs) return;
    let stretch: PartStretch | null = null;
    const encoder = this.#options.prepare(part, (error) => {
      if (stretch !== null) this.#stretchFailed(stretch, error);
    });
    last.endMs = part.startMs - this.#startMs;
    stretch = this.#add(part, encoder, fromMs);
  }

  /** A cut is long over: a camera that sends nothing does not keep the part before it open. @param nowMs of the take */
  tick(nowMs: number): void {
    const next = this.#stretches[this.#at.video + 1];
    if (next !== undefined && this.#at.audio > this.#at.video) {
      if (nowMs - this.#startMs - next.fromMs > videoPatienceMs) this.#passVideo();
    }
  }

  /** ffmpeg's process, of the part that video is in. */
  get pid(): number | undefined {
    return this.#stretchOf('video')?.encoder.pid;
  }

  /** The first failure of an encoder that is written into; null while there was none. */
  get failure(): PlateauError | null {
    return this.#failure;
  }

  /** Whose encoder that was; null while there was none. */
  get failedPart(): FilePart | null {
    return this.#failedPart;
  }

  /** As {@link SegmentEncoder} says. */
  get packets(): SegmentEncoder['packets'] {
    return this.#stretches[0]?.encoder.packets ?? null;
  }

  /** Nothing: each encoder's are told to its part when it has ended. */
  get lost(): LostFrames {
    return nothingLost;
  }

  /** Where the output of all of them goes. */
  get disk(): SegmentEncoder['disk'] {
    const disks = this.#stretches.map(({ encoder }) => encoder.disk);
    return {
      queuedBytes: disks.reduce((sum, { queuedBytes }) => sum + queuedBytes, 0),
      writtenBytes: disks.reduce((sum, { writtenBytes }) => sum + writtenBytes, this.#former.writtenBytes),
      drainMaxWriteMs: () => Math.max(0, ...disks.map((disk) => disk.drainMaxWriteMs())),
    };
  }

  /** As {@link SegmentEncoder} says, from the start of the first one. */
  get newestVideoMs(): number {
    const stretch = this.#stretchOf('video');
    return stretch === undefined ? -Infinity : stretch.encoder.newestVideoMs + stretch.fromMs;
  }

  /** As {@link SegmentEncoder} says, over all of them. */
  get slots(): SlotCount {
    return this.#stretches.reduce((sum, { slots }) => sumOfSlots(sum, slots), this.#former.slots);
  }

  /** Bytes that were handed to all of them. */
  get inputBytes(): number {
    return this.#sum('inputBytes') + this.#former.inputBytes;
  }

  /** Bytes that were handed to them and have not left this process. */
  get pendingInputBytes(): number {
    return this.#sum('pendingInputBytes');
  }

  /** As {@link SegmentEncoder} says. */
  writeVideoFrame(timeMs: number, frame: PgmyuvFrame, onWritten: OnWritten, isFiller = false): void {
    while (timeMs >= (this.#stretches[this.#at.video + 1]?.fromMs ?? Infinity) - roundingMs)
      this.#passVideo();
    const stretch = this.#stretchOf('video');
    if (stretch === undefined) onWritten(false);
    else stretch.writeVideoFrame(timeMs, frame, onWritten, { isFiller, shown: this.#shown });
    this.#shown = frame;
  }

  /** As {@link SegmentEncoder} says; what reaches beyond a cut is cut in two, at a sample. */
  writeAudio(timeMs: number, pcm: Uint8Array, onWritten: OnWritten, isFiller = false): void {
    let restMs = timeMs;
    let rest = pcm;
    let whenWritten = onWritten;
    for (;;) {
      const next = this.#stretches[this.#at.audio + 1];
      if (next === undefined) break;
      const bytes = sampleBytes * Math.round(((next.fromMs - restMs) * pcmBytesPerMs) / sampleBytes);
      if (bytes >= rest.length) break;
      if (bytes > 0) {
        const both = whenBoth(whenWritten);
        whenWritten = both;
        this.#stretchOf('audio')?.writeAudio(restMs, rest.subarray(0, bytes), both, isFiller);
        rest = rest.subarray(bytes);
      }
      restMs = next.fromMs;
      this.#passAudio();
    }
    const stretch = this.#stretchOf('audio');
    if (stretch === undefined) whenWritten(false);
    else stretch.writeAudio(restMs, rest, whenWritten, isFiller);
  }

  /** As {@link SegmentEncoder} says; parts that were not reached leave no file. */
  async finish(): Promise<PlateauError | null> {
    this.#isEnding = true;
    while (this.#at.audio < this.#at.video) this.#passAudio();
    while (this.#at.video < this.#at.audio) this.#passVideo();
    const [last, ...unused] = this.#stretches;
    if (this.#options.hasVideo && this.#failure === null) last?.beginAtLeast(this.#shown);
    const discarded = unused.map((stretch) => this.#discard(stretch));
    const failure = last === undefined ? null : await this.#end(last);
    await Promise.all([...discarded, ...this.#endings]);
    return failure ?? this.#failure;
  }

  #add(part: FilePart, encoder: PartEncoder, fromMs: number): PartStretch {
    const { constantFps, parts } = this.#options;
    const stretch = new PartStretch({ parts, part, encoder, fromMs, constantFps });
    this.#stretches.push(stretch);
    parts.opened(part);
    return stretch;
  }

  #sum(figure: 'inputBytes' | 'pendingInputBytes'): number {
    return this.#stretches.reduce((sum, { encoder }) => sum + encoder[figure], 0);
  }

  #stretchOf(stream: 'video' | 'audio'): PartStretch | undefined {
    return this.#stretches[this.#at[stream]];
  }

  #passVideo(): void {
    const stretch = this.#stretchOf('video');
    const next = this.#stretches[this.#at.video + 1];
    if (stretch === undefined || next === undefined) return;
    if (this.#options.hasVideo && this.#failure === null) stretch.showUntil(next.fromMs, this.#shown);
    this.#options.parts.passed(stretch.part, 'video', stretch.inFlight.video);
    this.#at.video += 1;
    this.#entered(next);
  }

  #passAudio(): void {
    const stretch = this.#stretchOf('audio');
    const next = this.#stretches[this.#at.audio + 1];
    if (stretch === undefined || next === undefined) return;
    this.#options.parts.passed(stretch.part, 'audio', stretch.inFlight.audio);
    this.#at.audio += 1;
    if (!this.#options.hasVideo) this.#passVideo();
    else this.#entered(next);
  }

  #entered(stretch: PartStretch): void {
    while (this.#at.video > 0 && this.#at.audio > 0) {
      const over = this.#stretches.shift();
      this.#at.video -= 1;
      this.#at.audio -= 1;
      if (over === undefined) continue;
      this.#former.slots = sumOfSlots(this.#former.slots, over.slots);
      this.#former.inputBytes += over.encoder.inputBytes;
      this.#endInBackground(over);
    }
    if (stretch.failure !== null) this.#fail(stretch.failure, stretch.part);
  }

  #endInBackground(stretch: PartStretch): void {
    const ending = this.#end(stretch).then((failure) => {
      this.#former.writtenBytes += stretch.encoder.disk.writtenBytes;
      if (failure !== null) this.#options.onPartFailed(failure, stretch.part);
      this.#endings.delete(ending);
    });
    this.#endings.add(ending);
  }

  async #end({ encoder, part }: PartStretch): Promise<PlateauError | null> {
    const failure = await encoder.finish();
    this.#options.parts.closed(part, encoder.lost);
    return failure;
  }

  async #discard({ encoder, part }: PartStretch): Promise<void> {
    await encoder.finish();
    await this.#options.removeUnused(part, encoder.files);
    this.#options.parts.closed(part, nothingLost);
  }

  /** One that is not written into yet tells it when its part begins. */
  #stretchFailed(stretch: PartStretch, error: PlateauError): void {
    stretch.failure = error;
    const index = this.#stretches.indexOf(stretch);
    if (index !== -1 && index <= Math.max(this.#at.video, this.#at.audio)) this.#fail(error, stretch.part);
  }

  #fail(error: PlateauError, part: FilePart): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#failedPart = part;
    if (!this.#isEnding) this.#options.onFailure(error);
  }
}
