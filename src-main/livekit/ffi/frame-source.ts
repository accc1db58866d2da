import { livekitCopyBuffer, type OwnedAudioFrameBuffer } from '@livekit/rtc-ffi-bindings';
import type {
  AudioReceiver,
  FrameReceiver,
  StreamEnd,
  VideoReceiver,
} from '../../pipeline/frame-receiver.js';
import { monotonicUs } from '../../pipeline/take-clock.js';
import { disposeHandle } from './frame-dispatcher.js';
import { NativeStream, type NativeStreamContext } from './native-stream.js';
import { NativeVideoFrame } from './native-video-frame.js';

/** Caps of the native queues, in frames; a full one drops its oldest, and no figure of the SDK says so. */
export interface NativeQueueSizes {
  readonly videoFrames: number;
  readonly audioFrames: number;
}

/** The PCM asked of the SDK, which resamples and mixes into it. */
export interface PcmRequest {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly frameMs: number;
}

/**
 * The frames of one subscribed track, for as long as it is wanted: a stream that the watchdog closed
 * while the event loop was blocked is opened again.
 */
export class FrameSource {
  readonly #open: (onEnd: (end: StreamEnd) => void) => NativeStream;
  readonly #receiver: FrameReceiver;
  readonly #onError: (thrown: unknown) => void;
  #stream: NativeStream | null = null;
  #isClosed = false;
  /** What its receiver is told when it was closed. */
  #closedAs: StreamEnd = 'closed';

  private constructor(
    open: (onEnd: (end: StreamEnd) => void) => NativeStream,
    receiver: FrameReceiver,
    onError: (thrown: unknown) => void,
  ) {
    this.#open = open;
    this.#receiver = receiver;
    this.#onError = onError;
    this.#start();
  }

  /**
   * Opens a video track at once.
   *
   * @param trackHandle the SDK's handle of the track; it stays with the caller
   * @param receiver owns each frame that it is handed, and disposes of it
   * @param onError the stream could not be opened: the source delivers nothing any more
   */
  static video(
    context: NativeStreamContext,
    trackHandle: bigint,
    queueSizes: NativeQueueSizes,
    receiver: VideoReceiver,
    onError: (thrown: unknown) => void,
  ): FrameSource {
    return new FrameSource(
      (onEnd) =>
        NativeStream.openVideo(
          context,
          trackHandle,
          queueSizes.videoFrames,
          (event) => {
            if (event.message.case !== 'frameReceived') return;
            receiver.onVideoFrame(new NativeVideoFrame(event.message.value, monotonicUs()));
          },
          onEnd,
        ),
      receiver,
      onError,
    );
  }

  /**
   * Opens an audio track at once.
   *
   * @param trackHandle the SDK's handle of the track; it stays with the caller
   * @param pcm what the SDK resamples and mixes into
   * @param receiver may copy a frame during the call; its native memory is given back right after
   * @param onError the stream could not be opened: the source delivers nothing any more
   */
  static audio(
    context: NativeStreamContext,
    trackHandle: bigint,
    pcm: PcmRequest,
    queueSizes: NativeQueueSizes,
    receiver: AudioReceiver,
    onError: (thrown: unknown) => void,
  ): FrameSource {
    return new FrameSource(
      (onEnd) =>
        NativeStream.openAudio(
          context,
          trackHandle,
          pcm,
          queueSizes.audioFrames,
          (event) => {
            if (event.message.case !== 'frameReceived') return;
            const { frame } = event.message.value;
            try {
              receiver.onAudioFrame(monotonicUs(), () => copyPcm(frame));
            } finally {
              disposeHandle(frame?.handle?.id);
            }
          },
          onEnd,
        ),
      receiver,
      onError,
    );
  }

  /**
   * Closes the stream and waits until none of its frames is on its way.
   *
   * @param end what the receiver is told
   */
  async close(end: 'closed' | 'renewed' = 'closed'): Promise<void> {
    this.#isClosed = true;
    this.#closedAs = end;
    await this.#stream?.close();
  }

  #start(): void {
    try {
      this.#stream = this.#open((end) => {
        this.#stream = null;
        this.#receiver.onStreamEnded(this.#isClosed ? this.#closedAs : end);
        if (end === 'watchdog' && !this.#isClosed) this.#start();
      });
      this.#receiver.onStreamStarted();
    } catch (thrown) {
      this.#onError(thrown);
    }
  }
}

function copyPcm(frame: OwnedAudioFrameBuffer | undefined): Uint8Array {
  const info = frame?.info;
  const samples = (info?.samplesPerChannel ?? 0) * (info?.numChannels ?? 0);
  return livekitCopyBuffer(info?.dataPtr ?? 0n, samples * 2);
}
