/**
 * Writes what a participant delivers into a Matroska file, in the format in which the recorder hands
 * frames and audio to ffmpeg: the input for measuring ffmpeg alone.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { shutDownLivekit } from '#engine/livekit/shut-down.js';
import { pcmFormat } from '#engine/pipeline/audio-queue.js';
import { TakeClock, VideoClock } from '#engine/pipeline/take-clock.js';
import type { VideoFrame } from '#engine/pipeline/video-frame.js';
import { MatroskaBlocks, matroskaHeader } from '#engine/sink/matroska-stream.js';
import { packPgmyuv } from '#engine/sink/pgmyuv-frame.js';
import { sessionWith } from './engine-session.js';
import { type CaptureArgument, captureArgumentSchema, type Frames } from './subject-messages.js';
import { serve } from './subject-process.js';

/** As many as the recorder puts into one block. */
const audioFramesPerBlock = 4;
const audioFrameMs = 10;

class Capture {
  readonly #file: number;
  readonly #blocks = new MatroskaBlocks();
  readonly #videoClock = new VideoClock();
  readonly #durationMs: number;
  readonly #onDone: () => void;
  #clock: TakeClock | null = null;
  #pcm: Uint8Array[] = [];
  #audioStartMs: number | null = null;
  video = 0;
  audio = 0;
  #isDone = false;

  constructor({ path, durationMs }: CaptureArgument, onDone: () => void) {
    this.#file = openSync(path, 'wx');
    this.#durationMs = durationMs;
    this.#onDone = onDone;
  }

  addVideoFrame(frame: VideoFrame): void {
    if (!this.#isDone) {
      const placedUs = this.#videoClock.place(frame.timestampUs, frame.arrivalUs);
      this.#clock ??= this.#begin(placedUs, frame);
      const packed = packPgmyuv(frame.copyI420(), frame.width, frame.height, frame.rotationDegrees);
      this.#write('video', this.#clock.toElapsedMs(placedUs), [packed.header, packed.pixels]);
      this.video += 1;
    }
    frame.dispose();
  }

  addAudio(arrivalUs: number, copy: () => Uint8Array): void {
    if (this.#clock === null || this.#isDone) return;
    this.#audioStartMs ??= Math.max(0, this.#clock.toElapsedMs(arrivalUs));
    this.#pcm.push(copy());
    if (this.#pcm.length < audioFramesPerBlock) return;
    const timeMs = this.#audioStartMs + this.audio * audioFrameMs;
    this.#write('audio', timeMs, this.#pcm);
    this.audio += this.#pcm.length;
    this.#pcm = [];
    if (timeMs < this.#durationMs) return;
    this.#isDone = true;
    closeSync(this.#file);
    this.#onDone();
  }

  #begin(startUs: number, { width, height }: VideoFrame): TakeClock {
    const audio = { sampleRateHz: pcmFormat.sampleRateHz, channels: pcmFormat.channels };
    writeSync(this.#file, matroskaHeader({ video: { width, height }, audio }));
    return new TakeClock(startUs);
  }

  #write(track: 'video' | 'audio', timeMs: number, payload: readonly Uint8Array[]): void {
    const bytes = payload.reduce((sum, part) => sum + part.length, 0);
    for (const part of [this.#blocks.blockHeader(track, timeMs, bytes), ...payload]) {
      for (let at = 0; at < part.length;) at += writeSync(this.#file, part, at);
    }
  }
}

serve({
  /** Resolves when the file is complete. */
  capture: async (argument): Promise<Frames> => {
    const options = captureArgumentSchema.parse(argument);
    let finish: () => void = () => undefined;
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const capture = new Capture(options, finish);
    const session = sessionWith(options.source, {
      onVideoFrame: (frame) => capture.addVideoFrame(frame),
      onAudioFrame: (arrivalUs, copy) => capture.addAudio(arrivalUs, copy),
    });
    await session.connect();
    await done;
    await session.close();
    await shutDownLivekit();
    return { video: capture.video, audio: capture.audio };
  },
});
