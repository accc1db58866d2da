import { AudioStream, VideoBufferType, VideoStream } from '@livekit/rtc-node';
import type { AudioFrame, RemoteTrack, VideoFrameEvent } from '@livekit/rtc-node';
import { pcmBytesPerMs, pcmFormat } from '../../pipeline/audio-queue.js';
import { endOfTrackPictureMaxPixels, type RotationDegrees } from '../../pipeline/video-frame.js';
import { blackPicture, packPgmyuv, type PgmyuvPicture } from '../../sink/pgmyuv-frame.js';
import type { LiveEncoder } from '../../sink/live-encoder.js';

/** ffmpeg keeps one stream back while the other is silent: a picture and some sound a second keep it going. */
const fillEveryMs = 1000;
/** Sound that comes later than this has a gap before it. */
const lateSoundMs = 200;

interface WaitingPicture {
  readonly timeMs: number;
  readonly picture: PgmyuvPicture;
  readonly isFiller: boolean;
}

interface WaitingSound {
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
  readonly #pictures: WaitingPicture[] = [];
  readonly #sound: WaitingSound[] = [];
  #isWritingPicture = false;
  #isWritingSound = false;
  #newestPictureMs = -1;
  #soundEndMs = 0;
  #queuedBytes = 0;
  #receivedFrames = 0;
  #writtenFrames = 0;

  constructor(encoder: LiveEncoder) {
    this.encoder = encoder;
    this.#addPicture(0, blackPicture(), true);
  }

  get queuedFrames(): number {
    return this.#pictures.length;
  }

  /** Of pictures and sound. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get receivedFrames(): number {
    return this.#receivedFrames;
  }

  get writtenFrames(): number {
    return this.#writtenFrames;
  }

  /** Reads a camera to its end, however much waits already. */
  async readVideo(track: RemoteTrack): Promise<void> {
    const reader: ReadableStreamDefaultReader<VideoFrameEvent> = new VideoStream(track).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#receivePicture(value);
    }
  }

  async readAudio(track: RemoteTrack): Promise<void> {
    const { sampleRateHz, channels } = pcmFormat;
    const stream = new AudioStream(track, { sampleRate: sampleRateHz, numChannels: channels });
    const reader: ReadableStreamDefaultReader<AudioFrame> = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#receiveSound(value);
    }
  }

  /** Called once a second: keeps the file going while nobody sends anything. */
  fill(): void {
    const nowMs = this.#nowMs();
    if (this.#pictures.length === 0 && nowMs - this.#newestPictureMs > fillEveryMs) {
      this.#addPicture(nowMs, blackPicture(), true);
    }
    const missingMs = Math.floor(nowMs - this.#soundEndMs);
    if (this.#sound.length === 0 && missingMs > fillEveryMs) {
      this.#addSound(this.#soundEndMs, new Uint8Array(missingMs * pcmBytesPerMs));
    }
  }

  #nowMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  #receivePicture({ frame, rotation }: VideoFrameEvent): void {
    if (frame.width * frame.height <= endOfTrackPictureMaxPixels) return;
    this.#receivedFrames += 1;
    const { width, height, data } =
      frame.type === VideoBufferType.I420 ? frame : frame.convert(VideoBufferType.I420);
    const degrees = (rotation * 90) as RotationDegrees;
    const timeMs = Math.max(this.#newestPictureMs + 1, this.#nowMs());
    this.#addPicture(timeMs, packPgmyuv(data, width, height, degrees), false);
  }

  #receiveSound({ data }: AudioFrame): void {
    // Placed by its arrival, without a clock of its own: nobody will listen to it.
    const timeMs = Math.max(this.#soundEndMs, this.#nowMs() - lateSoundMs);
    this.#addSound(timeMs, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  #addPicture(timeMs: number, picture: PgmyuvPicture, isFiller: boolean): void {
    this.#newestPictureMs = timeMs;
    this.#queuedBytes += picture.pixels.length;
    this.#pictures.push({ timeMs, picture, isFiller });
    this.#writePictures();
  }

  #addSound(timeMs: number, pcm: Uint8Array): void {
    this.#soundEndMs = timeMs + pcm.length / pcmBytesPerMs;
    this.#queuedBytes += pcm.length;
    this.#sound.push({ timeMs, pcm });
    this.#writeSound();
  }

  #writePictures(): void {
    const next = this.#isWritingPicture ? undefined : this.#pictures.shift();
    if (next === undefined) return;
    this.#isWritingPicture = true;
    this.encoder.writePicture(next.timeMs, next.picture, (isWritten) => {
      this.#isWritingPicture = false;
      this.#queuedBytes -= next.picture.pixels.length;
      // A pipe that broke takes nothing any more: the encoder's failure ends everything.
      if (!isWritten) return;
      if (!next.isFiller) this.#writtenFrames += 1;
      this.#writePictures();
    });
  }

  #writeSound(): void {
    const next = this.#isWritingSound ? undefined : this.#sound.shift();
    if (next === undefined) return;
    this.#isWritingSound = true;
    this.encoder.writeAudio(next.timeMs, next.pcm, (isWritten) => {
      this.#isWritingSound = false;
      this.#queuedBytes -= next.pcm.length;
      if (isWritten) this.#writeSound();
    });
  }
}
