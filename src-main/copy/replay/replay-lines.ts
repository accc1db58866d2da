import { AudioLine } from '../file/audio-line.js';
import { blackEveryMs, blackFromStartMs, mostBlackFrames } from '../file/black-timing.js';
import type { FileBlock } from '../file/block-list.js';
import { type LineCounts, type LineGap, LineTally } from '../file/line-counts.js';
import type { MatroskaFile } from '../file/matroska-file.js';
import type { StreamKind } from '../file/part-marks.js';

/** What stands in a file that is saved. */
export interface LinesOfReplay extends Readonly<Record<StreamKind, LineCounts>> {
  /** Pictures since the moment that was asked for that nothing could be built on; null where there are none. */
  readonly headless: LineGap | null;
  /** Black belongs before its first picture. */
  readonly needsBlack: boolean;
}

/** Times are whole milliseconds: a packet that begins by less before the replay begins with it. */
const earlyMs = 1;

/** Of a replay, which begins with 0, in milliseconds. */
interface LinesRange {
  /** The moment that was asked for. */
  readonly askedMs: number;
  readonly endMs: number;
}

/**
 * Writes one file of a replay: blocks as a file of the take had them, from the first key frame on, with black before that, and
 * silence where a microphone sent nothing. Times are the replay's, in milliseconds.
 */
export class ReplayLines {
  readonly #file: Pick<MatroskaFile, 'write'>;
  readonly #audio: AudioLine;
  readonly #tally = new LineTally();
  readonly #range: LinesRange;
  readonly #black: Buffer | null;
  #hasKey = false;
  #firstKeyMs = 0;
  #needsBlack = false;
  #headlessMs: number | null = null;
  #headless = 0;
  #lastMs = -1;
  /** Nothing made up stands between the last picture that was sent and the next one. */
  #isRunning = false;

  /** @param black a key frame to stand before the first picture; null where there is none */
  constructor(file: Pick<MatroskaFile, 'write'>, range: LinesRange, black: Buffer | null) {
    this.#file = file;
    this.#audio = new AudioLine(file);
    this.#range = range;
    this.#black = black;
  }

  /** Takes the next block of its track. @param atMs of the replay */
  take(block: FileBlock, atMs: number): void {
    if (atMs >= this.#range.endMs) return;
    if (block.track === 'video') this.#picture(block, atMs);
    // One that began before it would be whole: who puts packet behind packet would hear all that follows late by what is too much.
    else if (block.origin !== 'filled' && atMs > -earlyMs) this.#audio.push(block, atMs);
  }

  /** Nothing comes any more: fills its audio up to the end. @returns what stands in it */
  finish(): LinesOfReplay {
    this.#audio.finish(this.#range.endMs);
    const headless =
      this.#headlessMs === null
        ? null
        : {
            ...{ stream: 'video' as const, atMs: this.#headlessMs, dueFrames: this.#headless },
            durationMs: (this.#hasKey ? this.#firstKeyMs : this.#range.endMs) - this.#headlessMs,
          };
    for (let index = 0; index < this.#headless; index += 1) this.#tally.drop('awaitingKey');
    return { video: this.#tally.count(0), audio: this.#audio.counts, headless, needsBlack: this.#needsBlack };
  }

  #picture({ data, isKey, origin }: FileBlock, timeMs: number): void {
    if (!this.#hasKey) {
      // What was taken a moment before is the picture of that moment.
      if (!isKey || timeMs < -1) {
        if (timeMs >= this.#range.askedMs && origin !== 'filled') this.#noteHeadless(timeMs);
        return;
      }
      this.#hasKey = true;
      this.#firstKeyMs = Math.max(0, timeMs);
      // Who goes by the first picture would make all of it as small as a lower layer.
      this.#needsBlack = timeMs >= blackFromStartMs || origin === 'lower';
      if (this.#needsBlack) this.#blackUpTo(Math.max(timeMs, 1));
    }
    const atMs = Math.max(0, Math.round(timeMs), this.#lastMs + 1);
    this.#file.write('video', atMs, isKey, data, 0, origin);
    if (origin === 'filled') this.#tally.filled += 1;
    else {
      this.#tally.handedOver += 1;
      this.#tally.written += 1;
      if (origin === 'lower') this.#tally.lowerLayer += 1;
      const stepMs = this.#isRunning ? atMs - this.#lastMs : 0;
      this.#tally.longestStepMs = Math.max(this.#tally.longestStepMs, stepMs);
    }
    this.#isRunning = origin !== 'filled';
    this.#lastMs = atMs;
  }

  #noteHeadless(timeMs: number): void {
    this.#headlessMs ??= timeMs;
    this.#headless += 1;
    this.#tally.handedOver += 1;
  }

  #blackUpTo(toMs: number): void {
    if (this.#black === null) return;
    const everyMs = Math.max(blackEveryMs, Math.round(toMs / mostBlackFrames));
    for (let atMs = 0; atMs < toMs; atMs += everyMs) {
      this.#file.write('video', atMs, true, this.#black, 0, 'filled');
      this.#tally.filled += 1;
      this.#lastMs = atMs;
    }
  }
}
