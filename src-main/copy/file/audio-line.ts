import type { EncodedFrame } from '../frames/encoded-frame.js';
import { type LineCounts, LineTally } from './line-counts.js';
import type { MatroskaFile } from './matroska-file.js';

/** CELT, full band, mono: one frame of 20 ms that says that it is silent, and six of them in one packet (RFC 6716, section 3). */
const shortSilence = { durationMs: 20, data: Buffer.from([0xf8, 0xff, 0xfe]) } as const;
const longSilence = {
  durationMs: 120,
  data: Buffer.from([0xfb, 0x06, ...Array.from({ length: 6 }, () => [0xff, 0xfe]).flat()]),
} as const;
/** Of a gap of more than this most is written in long packets. */
const longGapMs = 1_000;

/** So long a microphone that is on is waited for, in milliseconds: what the network held back still finds its place. */
const onPatienceMs = 5_000;
/** And one that is off. */
const offPatienceMs = 1_000;
/** A packet may begin this much before the end of the one before: clocks are brought together in steps. */
const overlapMs = 15;

/** The audio of a file: what was sent, and silence wherever nothing was. */
export class AudioLine {
  readonly #file: MatroskaFile;
  readonly #tally = new LineTally();
  #lastMs = -1;
  #endMs = 0;
  #isOn = false;

  constructor(file: MatroskaFile) {
    this.#file = file;
  }

  /** What became of the packets up to now. */
  get counts(): LineCounts {
    return this.#tally.count(0);
  }

  /** Up to where there is audio or silence, in milliseconds of the file. */
  get endMs(): number {
    return this.#endMs;
  }

  /** Whether a microphone is published and not muted: silence waits longer then. */
  setOn(isOn: boolean): void {
    this.#isOn = isOn;
  }

  /** Writes a packet at its time. @param timeMs of the file */
  push({ data, durationMs }: EncodedFrame, timeMs: number): void {
    this.#tally.handedOver += 1;
    if (timeMs + durationMs <= 0) {
      this.#tally.drop('outside');
      return;
    }
    if (timeMs < this.#endMs - Math.max(overlapMs, durationMs)) {
      this.#tally.drop('late');
      return;
    }
    this.#fillTo(timeMs);
    const atMs = Math.max(Math.round(timeMs), this.#lastMs + 1);
    if (!this.#file.write('audio', atMs, true, data, durationMs)) {
      this.#tally.drop('writerFull');
      return;
    }
    this.#tally.written += 1;
    this.#lastMs = atMs;
    this.#endMs = Math.max(timeMs + durationMs, atMs);
  }

  /** Fills what nothing is expected for any more. @param nowMs of the file */
  tick(nowMs: number): void {
    this.#fillTo(nowMs - (this.#isOn ? onPatienceMs : offPatienceMs));
  }

  /** Fills up to the end of the file. */
  finish(endMs: number): void {
    this.#fillTo(endMs);
  }

  #fillTo(toMs: number): void {
    while (toMs - this.#endMs >= shortSilence.durationMs) {
      const silence = toMs - this.#endMs > longGapMs ? longSilence : shortSilence;
      const atMs = Math.max(Math.round(this.#endMs), this.#lastMs + 1);
      if (!this.#file.write('audio', atMs, true, silence.data, silence.durationMs)) return;
      this.#tally.filled += 1;
      this.#lastMs = atMs;
      this.#endMs += silence.durationMs;
    }
  }
}
