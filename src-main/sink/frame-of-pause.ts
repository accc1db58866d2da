import type { ByteCap } from '../pipeline/byte-cap.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { VideoFrame } from '../pipeline/video-frame.js';

/**
 * The newest frame that came while the take was paused. It is in no file for that time, but it is what a slide shows when
 * the take goes on: who turned it meanwhile sends no other frame. Holds one frame at most, inside the cap of the queues;
 * where that is used up, none.
 */
export class FrameOfPause {
  readonly #bytes: ByteCap;
  #frame: VideoFrame | null = null;

  /** @param bytes the cap that all frame queues share */
  constructor(bytes: ByteCap) {
    this.#bytes = bytes;
  }

  /** Takes ownership of the frame; the one before is given back. @param isLive false of a track that is off by now */
  keep(frame: VideoFrame, isLive: boolean): void {
    this.drop();
    if (isLive && this.#bytes.tryAcquire(frame.byteLength)) this.#frame = frame;
    else frame.dispose();
  }

  /**
   * Hands the frame out, with its ownership, once the take goes on; null when there is none.
   *
   * @param untilMs of the take's timeline: what came from the track until then is known
   */
  takeDue(clock: TakeClock, untilMs: number): VideoFrame | null {
    return clock.isPaused || untilMs < clock.jointMs ? null : this.#take();
  }

  #take(): VideoFrame | null {
    const frame = this.#frame;
    this.#frame = null;
    if (frame !== null) this.#bytes.release(frame.byteLength);
    return frame;
  }

  /** It is not wanted any more. */
  drop(): void {
    this.#take()?.dispose();
  }
}
