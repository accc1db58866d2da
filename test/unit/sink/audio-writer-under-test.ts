import { expect } from 'vitest';
import { FrameAccounting } from '../../../src-main/pipeline/accounting.js';
import { AudioQueue } from '../../../src-main/pipeline/audio-queue.js';
import { Semaphore } from '../../../src-main/pipeline/semaphore.js';
import { TakeClock } from '../../../src-main/pipeline/take-clock.js';
import { AudioTrackWriter } from '../../../src-main/sink/audio-track-writer.js';
import type { SegmentEncoder } from '../../../src-main/sink/live-encoder.js';

export const frameMs = 10;

export const samplesPerFrame = 480;

/** A writer whose encoder keeps all samples; a frame is filled with its number, 0 is silence. */
export class Writer {
  readonly accounting = new FrameAccounting();
  readonly gapsMs: number[] = [];
  readonly correctionsMs: number[] = [];
  /** What each 10 ms of the file holds: the number of a frame, or 0. A millisecond each, where silence shifts them. */
  readonly file: number[] = [];
  /** Its left channel. */
  readonly samples: number[] = [];
  readonly clock = new TakeClock(0);
  readonly writer: AudioTrackWriter;
  loudness = 1;
  /** Writes wait until the pipe is read. */
  isPipeFull = false;
  readonly #waiting: (() => void)[] = [];
  #next = 1;

  constructor() {
    this.writer = new AudioTrackWriter({
      clock: this.clock,
      queue: new AudioQueue(100, frameMs, this.accounting),
      inFlight: new Semaphore(2),
      accounting: this.accounting,
      frameMs,
      onGap: (gapMs) => this.gapsMs.push(gapMs),
      onCorrection: (correctionMs) => this.correctionsMs.push(correctionMs),
      onDrained: () => undefined,
    });
    const writeAudio: SegmentEncoder['writeAudio'] = (timeMs, pcm, onWritten) => {
      expect(timeMs).toBeCloseTo(this.samples.length / 48, 6);
      const samples = new Int16Array(Uint8Array.from(pcm).buffer);
      for (let index = 0; index < samples.length; index += 2) this.samples.push(samples[index] ?? 0);
      for (let ms = 0; ms < samples.length / 96; ms += 1) this.file.push(Math.abs(samples[ms * 96] ?? 0));
      const written = (): void => {
        onWritten(true);
      };
      if (this.isPipeFull) this.#waiting.push(written);
      else written();
    };
    this.writer.attach({ writeAudio } as SegmentEncoder, 0);
  }

  /** A stream begins at a moment of the room's clock, in milliseconds. */
  startStream(atMs: number): void {
    this.clock.elapsedMs = () => atMs;
    this.writer.streamStarted();
    Reflect.deleteProperty(this.clock, 'elapsedMs');
  }

  /** The encoder has read what was written up to now. */
  readPipe(): void {
    for (const written of this.#waiting.splice(0)) written();
  }

  /** The next frame arrives. @param number what it is filled with; the next one otherwise */
  frame(arrivalMs: number, number = this.#next): void {
    this.#next = number + 1;
    this.writer.offer(arrivalMs * 1000, () => {
      const samples = new Int16Array(frameMs * 96).fill(this.loudness * number);
      return new Uint8Array(samples.buffer);
    });
  }

  /** Frames of a hum arrive each 10 ms after `fromMs`, whose phase goes on from frame to frame. */
  hum(fromMs: number, count: number): void {
    for (let frame = 1; frame <= count; frame += 1) {
      const first = this.#next * samplesPerFrame;
      this.#next += 1;
      this.writer.offer((fromMs + frame * frameMs) * 1000, () => {
        const samples = new Int16Array(2 * samplesPerFrame);
        for (let index = 0; index < samples.length; index += 1) samples[index] = humAt(first + (index >> 1));
        return new Uint8Array(samples.buffer);
      });
    }
  }

  /** Frames arrive each 10 ms after `fromMs`. */
  frames(fromMs: number, count: number): void {
    for (let frame = 1; frame <= count; frame += 1) this.frame(fromMs + frame * frameMs);
  }

  /** Takes what lies between two moments of the room's clock out of the take, as a person does. */
  pause(fromMs: number, toMs: number): void {
    this.clock.elapsedMs = () => fromMs;
    this.clock.pause();
    this.clock.elapsedMs = () => toMs;
    this.clock.resume();
  }

  get writtenAndQueuedMs(): number {
    return this.samples.length / 48 + this.accounting.snapshot().queued * frameMs;
  }

  /** The file from the first audio on: each frame's number once, silence as negative milliseconds. */
  get runs(): number[] {
    const runs: number[] = [];
    let silentMs = 0;
    for (const [ms, value] of this.file.entries()) {
      if (value === 0) {
        silentMs += 1;
        continue;
      }
      if (silentMs > 0) runs.push(-silentMs);
      silentMs = 0;
      if (value !== this.file[ms - 1]) runs.push(value);
    }
    return runs;
  }
}

export const humHz = 220;

function humAt(sample: number): number {
  return Math.round(8000 * Math.sin((2 * Math.PI * humHz * sample) / 48_000));
}

/** A stream whose delay of 60 ms was read twice, and that has begun at 1000 ms. */
export function started(): Writer {
  const test = new Writer();
  test.startStream(1000);
  test.writer.playoutDelay.aim(60);
  test.writer.playoutDelay.aim(60);
  test.loudness = 10;
  return test;
}

export const upTo = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => 10 * (from + index));
