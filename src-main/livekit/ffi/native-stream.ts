import {
  type AudioStreamEvent,
  AudioStreamType,
  NewAudioStreamRequest,
  NewVideoStreamRequest,
  VideoBufferType,
  type VideoStreamEvent,
  VideoStreamType,
} from '@livekit/rtc-ffi-bindings';
import { PlateauError } from '../../contract/errors.js';
import type { StreamEnd } from '../../pipeline/frame-receiver.js';
import { ffiRequest } from './ffi-request.js';
import { disposeHandle, type FrameDispatcher } from './frame-dispatcher.js';
import type { StreamKind, StreamTable } from './stream-table.js';

/**
 * After the handle was given back the native side sends what is on its way, then `eos`: in milliseconds here. Without
 * a connection the `eos` may never come, so it is not waited for any longer.
 */
const endOfStreamGraceMs = 2_000;

/** What all streams of a process share. */
export interface NativeStreamContext {
  readonly dispatcher: FrameDispatcher;
  readonly table: StreamTable;
}

interface OpenStream {
  readonly handle: bigint;
  readonly slot: number;
}

/**
 * One native stream of one track, from its request to its `eos`. The handle is given back exactly once,
 * by this thread or by the watchdog, and the handler stays until `eos`, so that no frame is orphaned.
 */
export class NativeStream {
  readonly #context: NativeStreamContext;
  readonly #stream: OpenStream;
  readonly #ended: Promise<void>;
  readonly #onEnd: (end: StreamEnd) => void;
  #resolveEnded: () => void = () => undefined;
  #isClosing = false;
  #hasEnded = false;

  private constructor(context: NativeStreamContext, stream: OpenStream, onEnd: (end: StreamEnd) => void) {
    this.#context = context;
    this.#stream = stream;
    this.#onEnd = onEnd;
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  /**
   * Asks the SDK for a stream of a video track, in I420 without padding.
   *
   * @param queueSizeFrames cap of the native queue in frames, which drops its oldest; 0 would have no cap
   * @param onFrame owns the frame that it is handed
   * @param onEnd called once, after the last frame
   * @throws Error when the track is gone, or the table of streams is full
   */
  static openVideo(
    context: NativeStreamContext,
    trackHandle: bigint,
    queueSizeFrames: number,
    onFrame: (event: VideoStreamEvent) => void,
    onEnd: (end: StreamEnd) => void,
  ): NativeStream {
    const reply = ffiRequest({
      message: {
        case: 'newVideoStream',
        value: new NewVideoStreamRequest({
          type: VideoStreamType.VIDEO_STREAM_NATIVE,
          trackHandle,
          queueSizeFrames,
          format: VideoBufferType.I420,
          normalizeStride: true,
        }),
      },
    });
    const handle =
      reply.message.case === 'newVideoStream' ? reply.message.value.stream?.handle?.id : undefined;
    const stream = new NativeStream(context, enterStream(context, handle, 'video'), onEnd);
    context.dispatcher.handleVideo(stream.#stream.handle, (event) => {
      if (event.message.case === 'eos') stream.#finish();
      else onFrame(event);
    });
    return stream;
  }

  /** The same for an audio track, in 16-bit PCM; see {@link NativeStream.openVideo}. */
  static openAudio(
    context: NativeStreamContext,
    trackHandle: bigint,
    format: { readonly sampleRateHz: number; readonly channels: number; readonly frameMs: number },
    queueSizeFrames: number,
    onFrame: (event: AudioStreamEvent) => void,
    onEnd: (end: StreamEnd) => void,
  ): NativeStream {
    const reply = ffiRequest({
      message: {
        case: 'newAudioStream',
        value: new NewAudioStreamRequest({
          type: AudioStreamType.AUDIO_STREAM_NATIVE,
          trackHandle,
          sampleRate: format.sampleRateHz,
          numChannels: format.channels,
          frameSizeMs: format.frameMs,
          queueSizeFrames,
        }),
      },
    });
    const handle =
      reply.message.case === 'newAudioStream' ? reply.message.value.stream?.handle?.id : undefined;
    const stream = new NativeStream(context, enterStream(context, handle, 'audio'), onEnd);
    context.dispatcher.handleAudio(stream.#stream.handle, (event) => {
      if (event.message.case === 'eos') stream.#finish();
      else onFrame(event);
    });
    return stream;
  }

  /** Closes the stream and waits until nothing of it is on its way any more. */
  async close(): Promise<void> {
    if (!this.#isClosing && !this.#hasEnded) {
      this.#isClosing = true;
      this.#release();
    }
    let grace: NodeJS.Timeout | undefined;
    await Promise.race([
      this.#ended,
      new Promise<void>((resolve) => {
        grace = setTimeout(resolve, endOfStreamGraceMs);
      }),
    ]);
    clearTimeout(grace);
    // Without an `eos` (the connection is gone) later frames are given back by the dispatcher.
    if (!this.#hasEnded) this.#finish();
  }

  #release(): void {
    const { handle, slot } = this.#stream;
    if (this.#context.table.claimByMain(slot)) disposeHandle(handle);
  }

  #finish(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { handle, slot } = this.#stream;
    let end: StreamEnd = 'closed';
    if (!this.#isClosing) {
      const isOurs = this.#context.table.claimByMain(slot);
      if (isOurs) disposeHandle(handle);
      end = isOurs ? 'trackEnded' : 'watchdog';
    }
    this.#context.table.free(slot);
    this.#context.dispatcher.forget(handle);
    this.#resolveEnded();
    this.#onEnd(end);
  }
}

function enterStream(context: NativeStreamContext, handle: bigint | undefined, kind: StreamKind): OpenStream {
  if (handle === undefined) throw new Error('the SDK opened no stream');
  const slot = context.table.enter(handle, kind);
  if (slot === null) {
    // Without a slot the watchdog cannot close it, and an unwatched stream is not bounded.
    disposeHandle(handle);
    throw new PlateauError(
      'tooManyStreams',
      `A track is not recorded: ${context.table.size} streams are open, and this recorder holds no more.`,
      'Record fewer participants at once with --participants, or share the room between two recorders.',
    );
  }
  return { handle, slot };
}
