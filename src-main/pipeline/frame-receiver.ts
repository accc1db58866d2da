import type { VideoFrame } from './video-frame.js';

/**
 * Why a stream ended: asked to, closed because the event loop was blocked, subscribed anew because the process stood
 * still, or its track went away. After `watchdog` and `renewed` another one follows.
 */
export type StreamEnd = 'closed' | 'watchdog' | 'renewed' | 'trackEnded';

/** Who receives what a track delivers. */
export interface FrameReceiver {
  /** A stream begins, at first or after the watchdog had closed it. */
  onStreamStarted(): void;
  onStreamEnded(end: StreamEnd): void;
}

/** Who receives the frames of a video track. */
export interface VideoReceiver extends FrameReceiver {
  /**
   * Takes ownership of the frame, and disposes of it. There is no back-pressure: WebRTC delivers in real time, and what
   * cannot be kept is dropped and counted by the receiver.
   */
  onVideoFrame(frame: VideoFrame): void;
}

/** Who receives the frames of an audio track. */
export interface AudioReceiver extends FrameReceiver {
  /**
   * @param arrivalUs microseconds of the monotonic clock
   * @param copy copies the PCM out, at most once, and only during the call
   */
  onAudioFrame(arrivalUs: number, copy: () => Uint8Array): void;
}
