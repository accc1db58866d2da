import type { AudioFrame, RemoteTrack, VideoFrameEvent } from '@livekit/rtc-node';
import { AudioStream, VideoBufferType, VideoStream } from '@livekit/rtc-node';
import { pcmBytesPerMs, pcmFormat } from '../../pipeline/audio-queue.js';
import { endOfTrackFrameMaxPixels, type RotationDegrees } from '../../pipeline/video-frame.js';
import type { LiveEncoder } from '../../sink/live-encoder.js';
import { blackFrame, packPgmyuv, type PgmyuvFrame } from '../../sink/pgmyuv-frame.js';

/** ffmpeg keeps one stream back while the other is silent: a frame and some audio a second keep it going. */
const fillEveryMs = 1000;
/** Audio that comes later than this has a gap before it. */
const lateAudioMs = 200;

interface WaitingFrame {
  readonly timeMs: number;
  readonly frame: PgmyuvFrame;
  readonly isFiller: boolean;
}

interface WaitingAudio {
  readonly timeMs: number;
  readonly pcm: Uint8Array;
}

/**
 * One participant as a recorder without caps keeps it: readers drain the SDK's streams into arrays, and a
 * writer hands over what the encoder takes. While it takes nothing, the arrays grow: that is the bug that this
 * product was made against, and here it is on purpose.
 */
export class UnboundedFile {
  readonly encoder: LiveEncoder;
  readonly #startedAtMs = performance.now();
  readonly #frames: WaitingFrame[] = [];
  readonly #audio: WaitingAudio[] = [];
  #isWritingVideo = false;
  #isWritingAudio = false;
  #newestFrameMs = -1;
  #audioEndMs = 0;
  #queuedBytes = 0;
  #receivedFrames = 0;
  #writtenFrames = 0;

  /** @param encoder running; whoever made it ends it */
  constructor(encoder: LiveEncoder) {
    this.encoder = encoder;
    this.#addVideoFrame(0, blackFrame(), true);
  }

  /** Frames that wait for the encoder now. */
  get queuedFrames(): number {
    return this.#frames.length;
  }

  /** Of frames and audio. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Frames that came, since the start. */
  get receivedFrames(): number {
    return this.#receivedFrames;
  }

  /** Frames that were handed to the encoder, since the start. */
  get writtenFrames(): number {
    return this.#writtenFrames;
  }

  /** Reads a camera to its end, however much waits already. */
  async readVideo(track: RemoteTrack): Promise<void> {
    const reader: ReadableStreamDefaultReader<VideoFrameEvent> = new VideoStream(track).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#receiveVideoFrame(value);
    }
  }

  /** Reads a microphone to its end, however much waits already. */
  async readAudio(track: RemoteTrack): Promise<void> {
    const { sampleRateHz, channels } = pcmFormat;
    const stream = new AudioStream(track, { sampleRate: sampleRateHz, numChannels: channels });
    const reader: ReadableStreamDefaultReader<AudioFrame> = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#receiveAudio(value);
    }
  }

  /** Called once a second: keeps the file going while nobody sends anything. */
  fill(): void {
    const nowMs = this.#nowMs();
    if (this.#frames.length === 0 && nowMs - this.#newestFrameMs > fillEveryMs) {
      this.#addVideoFrame(nowMs, blackFrame(), true);
    }
    const missingMs = Math.floor(nowMs - this.#audioEndMs);
    if (this.#audio.length === 0 && missingMs > fillEveryMs) {
      this.#addAudio(this.#audioEndMs, new Uint8Array(missingMs * pcmBytesPerMs));
    }
  }

  #nowMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  #receiveVideoFrame({ frame, rotation }: VideoFrameEvent): void {
    if (frame.width * frame.height <= endOfTrackFrameMaxPixels) return;
    this.#receivedFrames += 1;
    const { width, height, data } =
      frame.type === VideoBufferType.I420 ? frame : frame.convert(VideoBufferType.I420);
    const degrees = (rotation * 90) as RotationDegrees;
    const timeMs = Math.max(this.#newestFrameMs + 1, this.#nowMs());
    this.#addVideoFrame(timeMs, packPgmyuv(data, width, height, degrees), false);
  }

  #receiveAudio({ data }: AudioFrame): void {
    // Placed by its arrival, without a clock of its own: nobody will listen to it.
    const timeMs = Math.max(this.#audioEndMs, this.#nowMs() - lateAudioMs);
    this.#addAudio(timeMs, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  #addVideoFrame(timeMs: number, frame: PgmyuvFrame, isFiller: boolean): void {
    this.#newestFrameMs = timeMs;
    this.#queuedBytes += frame.pixels.length;
    this.#frames.push({ timeMs, frame, isFiller });
    this.#writeVideoFrames();
  }

  #addAudio(timeMs: number, pcm: Uint8Array): void {
    this.#audioEndMs = timeMs + pcm.length / pcmBytesPerMs;
    this.#queuedBytes += pcm.length;
    this.#audio.push({ timeMs, pcm });
    this.#writeAudio();
  }

  #writeVideoFrames(): void {
    const next = this.#isWritingVideo ? undefined : this.#frames.shift();
    if (next === undefined) return;
    this.#isWritingVideo = true;
    this.encoder.writeVideoFrame(next.timeMs, next.frame, (isWritten) => {
      this.#isWritingVideo = false;
      this.#queuedBytes -= next.frame.pixels.length;
      // A pipe that broke takes nothing any more: the encoder's failure ends everything.
      if (!isWritten) return;
      if (!next.isFiller) this.#writtenFrames += 1;
      this.#writeVideoFrames();
    });
  }

  #writeAudio(): void {
    const next = this.#isWritingAudio ? undefined : this.#audio.shift();
    if (next === undefined) return;
    this.#isWritingAudio = true;
    this.encoder.writeAudio(next.timeMs, next.pcm, (isWritten) => {
      this.#isWritingAudio = false;
      this.#queuedBytes -= next.pcm.length;
      if (isWritten) this.#writeAudio();
    });
  }
}
