import type { PlateauError } from '../contract/errors.js';
import { FrameSlots } from '../pipeline/frame-slots.js';
import { type SlotCount, sumOfSlots } from './constant-rate.js';
import type { FilePart, FileParts } from './file-parts.js';
import { audioFrameBytes } from './handed-over.js';
import type { OnWritten } from './held-media.js';
import type { PartEncoder } from './parted-encoder-options.js';
import { blackFrame, type PgmyuvFrame } from './pgmyuv-frame.js';

/** A frame this near behind a cut begins the part, where each frame has a time of its own. */
const beginsPartMs = 50;
const ignore: OnWritten = () => undefined;

/** What one encoder writes of a part. Times are milliseconds from the start of the first stretch. */
export class PartStretch {
  readonly part: FilePart;
  readonly encoder: PartEncoder;
  /** Where it begins. */
  readonly fromMs: number;
  /** Where the next part begins, as long as it is known; null while this one is the last. */
  endMs: number | null = null;
  /** Why it ended by itself; null while it did not. */
  failure: PlateauError | null = null;
  /** Frames of tracks that its encoder was handed, and has not taken yet; those of audio are 10 ms long. */
  readonly inFlight = { video: 0, audio: 0 };
  readonly #parts: FileParts;
  readonly #constantFps: number | null;
  readonly #slots: FrameSlots;
  #hasVideo = false;
  #shownFirst = 0;

  constructor(options: {
    readonly parts: FileParts;
    readonly part: FilePart;
    readonly encoder: PartEncoder;
    readonly fromMs: number;
    readonly constantFps: number | null;
  }) {
    this.part = options.part;
    this.encoder = options.encoder;
    this.fromMs = options.fromMs;
    this.#parts = options.parts;
    this.#constantFps = options.constantFps;
    this.#slots = new FrameSlots(options.constantFps, null);
    this.#slots.segmentStarted(0);
  }

  /** As `ConstantRate.slots`; an encoder takes what it is shown first for new. */
  get slots(): SlotCount {
    return sumOfSlots(this.encoder.slots, { repeatedFrames: this.#shownFirst, emptySlots: 0 });
  }

  /** Hands over a frame. @param of `shown`: what was shown before it, in another part perhaps */
  writeVideoFrame(
    timeMs: number,
    frame: PgmyuvFrame,
    onWritten: OnWritten,
    of: { readonly isFiller: boolean; readonly shown: PgmyuvFrame | null },
  ): void {
    let placeMs = Math.max(0, timeMs - this.fromMs);
    // Of the first stretch the writer has filled the start.
    if (!this.#hasVideo && this.fromMs > 0) {
      const isFirst =
        this.#constantFps === null ? placeMs <= beginsPartMs : this.#slots.placeForFiller(placeMs) === 0;
      if (isFirst) placeMs = 0;
      else this.#show(0, of.shown);
    }
    this.#hasVideo = true;
    this.#leaveNoneEmptyBefore(placeMs, of.shown);
    this.#slots.take(placeMs, placeMs);
    this.encoder.writeVideoFrame(
      placeMs,
      frame,
      of.isFiller ? onWritten : this.#told('video', 1, onWritten),
      of.isFiller,
    );
  }

  /** Hands over PCM that begins in it and ends in it. */
  writeAudio(timeMs: number, pcm: Uint8Array, onWritten: OnWritten, isFiller: boolean): void {
    const frames = Math.round(pcm.length / audioFrameBytes);
    const told = isFiller ? onWritten : this.#told('audio', frames, onWritten);
    this.encoder.writeAudio(timeMs - this.fromMs, pcm, told, isFiller);
  }

  /** Nothing more comes: the part has a frame in any case. */
  beginAtLeast(shown: PgmyuvFrame | null): void {
    if (!this.#hasVideo && this.fromMs > 0) this.#show(0, shown);
  }

  /** The newest frame lasts until there, and no longer. */
  showUntil(endMs: number, shown: PgmyuvFrame | null): void {
    if (!this.#hasVideo) this.#show(0, shown);
    this.#fillEnd(endMs, Infinity, shown);
  }

  /**
   * The last slots before a cut are filled one by one, so that the part lasts until there whatever its encoder leaves out.
   */
  #leaveNoneEmptyBefore(placeMs: number, shown: PgmyuvFrame | null): void {
    if (this.endMs === null || this.#constantFps === null) return;
    this.#fillEnd(this.endMs, placeMs - 500 / this.#constantFps, shown);
  }

  /** Shows the last frame in the slots that end it and are empty. @param beforeMs those from there on stay so */
  #fillEnd(endMs: number, beforeMs: number, shown: PgmyuvFrame | null): void {
    const next = (): number | null => this.#slots.nextToTheEnd(endMs - this.fromMs);
    for (let placeMs = next(); placeMs !== null && placeMs < beforeMs; placeMs = next())
      this.#show(placeMs, shown);
  }

  /** No frame of a track, and no loss. */
  #show(placeMs: number, shown: PgmyuvFrame | null): void {
    if (!this.#hasVideo && shown !== null && this.#constantFps !== null) this.#shownFirst += 1;
    this.#hasVideo = true;
    this.#slots.take(placeMs, null);
    this.encoder.writeVideoFrame(placeMs, shown ?? blackFrame(), ignore, true);
  }

  #told(stream: 'video' | 'audio', frames: number, onWritten: OnWritten): OnWritten {
    this.inFlight[stream] += frames;
    return (written) => {
      this.inFlight[stream] -= frames;
      if (!written) this.#parts.notWritten(this.part, stream, frames);
      onWritten(written);
    };
  }
}
