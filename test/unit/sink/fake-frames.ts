import type { VideoFrame } from '../../../src-main/pipeline/video-frame.js';

/** Copied out as black; the count says how many are still held. */
export class FakeFrames {
  held = 0;

  /**
   * A frame of 64x36.
   *
   * @param ms on the monotonic clock, at which it is shown
   * @param arrivalMs when it arrives: then, unless the network held it up
   */
  at(ms: number, arrivalMs = ms): VideoFrame {
    this.held += 1;
    const [width, height] = [64, 36];
    return {
      width,
      height,
      rotationDegrees: 0,
      // WebRTC asks a screen to show it 10 ms after it came.
      timestampUs: (ms + 10) * 1000,
      arrivalUs: arrivalMs * 1000,
      byteLength: (width * height * 3) / 2,
      copyI420: () => new Uint8Array((width * height * 3) / 2),
      dispose: () => {
        this.held -= 1;
      },
    };
  }
}
