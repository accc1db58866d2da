import { caps } from '../../contract/limits.js';
import type { AudioReceiver, StreamEnd, VideoReceiver } from '../../pipeline/frame-receiver.js';
import type { VideoFrame } from '../../pipeline/video-frame.js';
import type { KeyFrameRequest } from './key-frame-request.js';

/** Sees what passes, whether or not it is recorded. Owns nothing of it. */
export interface VideoMonitor {
  /** May copy during the call; must neither keep the frame nor give it back. */
  onVideoFrame(frame: VideoFrame): void;
}

export interface AudioMonitor {
  /** @param pcm interleaved 16-bit samples; must neither be kept nor changed */
  onPcm(pcm: Uint8Array): void;
}

/** Hands frames to whoever receives them at the moment, so that a stream outlives the takes it is recorded in. */
export class VideoRelay implements VideoReceiver {
  receiver: VideoReceiver | null = null;
  monitor: VideoMonitor | null = null;
  /** Frames are not what was sent, and left out as if they had not come. */
  isHidden = false;
  /** The same, as long as they may be another one's. */
  isWithheld = false;
  readonly #signal: VideoMonitor;
  readonly #keyFrame: Pick<KeyFrameRequest, 'covers' | 'cancel'>;
  readonly #onHidden: () => void;

  /**
   * @param signal looks at every frame, whoever else does
   * @param keyFrame ends with the first frame that comes; what the SDK turned to black for it is left out
   * @param onHidden a frame was left out because of {@link VideoRelay.isHidden}
   */
  constructor(
    signal: VideoMonitor,
    keyFrame: Pick<KeyFrameRequest, 'covers' | 'cancel'>,
    onHidden: () => void,
  ) {
    this.#onHidden = onHidden;
    this.#signal = signal;
    this.#keyFrame = keyFrame;
  }

  /** Passed on to the receiver of the moment. */
  onStreamStarted(): void {
    this.receiver?.onStreamStarted();
  }

  /** Passed on to the receiver of the moment. */
  onStreamEnded(end: StreamEnd): void {
    this.receiver?.onStreamEnded(end);
  }

  /** Takes ownership of the frame: the receiver gets it, or it is disposed of when nobody receives. */
  onVideoFrame(frame: VideoFrame): void {
    if (this.isHidden || this.isWithheld) {
      frame.dispose();
      if (this.isHidden) this.#onHidden();
      return;
    }
    const isBlack = this.#keyFrame.covers(frame.timestampUs);
    // The picture comes by itself.
    this.#keyFrame.cancel();
    if (isBlack) {
      frame.dispose();
      return;
    }
    try {
      this.#signal.onVideoFrame(frame);
      this.monitor?.onVideoFrame(frame);
    } finally {
      // A monitor that throws must not cost a frame, nor its native memory.
      if (this.receiver === null) frame.dispose();
      else this.receiver.onVideoFrame(frame);
    }
  }
}

/**
 * Of an encrypted track the first packets may be there before the SDK has attached its decryption. They are decoded as they
 * are, and heard as noise (-13 dBFS in one of eight subscriptions), which dies away within 140 ms (measured).
 */
const undecryptedMs = 300;

/** The same for audio. */
export class AudioRelay implements AudioReceiver {
  receiver: AudioReceiver | null = null;
  monitor: AudioMonitor | null = null;
  /** What comes may be another one's: it is silence. Whoever is only quiet has lost nothing by that. */
  isWithheld = false;
  #undecryptedFrames = 0;
  readonly #signal: AudioMonitor;
  #pcm: Uint8Array = new Uint8Array(0);
  #copy: () => Uint8Array = () => this.#pcm;
  readonly #copied = (): Uint8Array => this.#pcm;
  readonly #copiedAndSeen = (): Uint8Array => {
    const pcm = this.#copy();
    this.#signal.onPcm(pcm);
    return pcm;
  };

  /** @param signal looks at every frame that is copied, whoever copies it */
  constructor(signal: AudioMonitor) {
    this.#signal = signal;
  }

  /** Passed on to the receiver of the moment. */
  onStreamStarted(): void {
    this.receiver?.onStreamStarted();
  }

  /** Passed on to the receiver of the moment. */
  onStreamEnded(end: StreamEnd): void {
    this.receiver?.onStreamEnded(end);
  }

  /**
   * A stream of an encrypted track begins: what may not be decrypted yet is left out, as if it had not come.
   *
   * @param subscribedMs for how long the track has been subscribed
   */
  skipUndecrypted(subscribedMs: number): void {
    this.#undecryptedFrames = Math.max(0, Math.ceil((undecryptedMs - subscribedMs) / caps.audioFrameMs));
  }

  /** Copies the frame once, whether monitor, receiver or both want it. */
  onAudioFrame(arrivalUs: number, copy: () => Uint8Array): void {
    if (this.isWithheld) {
      this.receiver?.onAudioFrame(arrivalUs, () => copy().fill(0));
      return;
    }
    if (this.#undecryptedFrames > 0) {
      this.#undecryptedFrames -= 1;
      return;
    }
    if (this.monitor === null) {
      this.#copy = copy;
      this.receiver?.onAudioFrame(arrivalUs, this.#copiedAndSeen);
      return;
    }
    this.#pcm = copy();
    try {
      this.#signal.onPcm(this.#pcm);
      this.monitor.onPcm(this.#pcm);
    } finally {
      this.receiver?.onAudioFrame(arrivalUs, this.#copied);
    }
  }
}
