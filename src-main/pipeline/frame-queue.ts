import type { FrameAccounting } from './accounting.js';
import type { ByteCap } from './byte-cap.js';
import type { VideoFrame } from './video-frame.js';

/** A frame with its place on the take's timeline. */
export interface TimedFrame {
  readonly frame: VideoFrame;
  readonly timeMs: number;
}

export interface FrameQueueLimits {
  /** Frames of one stream, at most. */
  readonly maxFrames: number;
}

/**
 * The bounded queue between a video stream and its sink. What does not fit is refused while its pixels
 * still belong to the native side: the newest is dropped, before it is copied, and counted by cause.
 */
export class FrameQueue {
  readonly limits: FrameQueueLimits;
  readonly #accounting: FrameAccounting;
  /** Shared with the other queues. */
  readonly bytes: ByteCap;
  /** A ring, so that the hot path allocates nothing. */
  readonly #ring: (TimedFrame | undefined)[];
  #head = 0;
  #depth = 0;
  #maxDepth = 0;

  constructor(limits: FrameQueueLimits, bytes: ByteCap, accounting: FrameAccounting) {
    this.limits = limits;
    this.bytes = bytes;
    this.#accounting = accounting;
    this.#ring = new Array<TimedFrame | undefined>(limits.maxFrames).fill(undefined);
  }

  /** Frames that are queued now. */
  get depth(): number {
    return this.#depth;
  }

  /** The greatest depth since the last call, in frames; the present depth begins the next measurement. */
  drainMaxDepth(): number {
    const max = this.#maxDepth;
    this.#maxDepth = this.#depth;
    return max;
  }

  /**
   * Takes ownership of the frame: it is queued, or dropped, counted (`queueFull`, `byteCap`) and disposed of. Nothing is
   * copied, and nothing waits: a live source cannot be held up, so the newest is what is lost.
   *
   * @param timeMs where the frame stands, in milliseconds of the take
   * @returns whether it was queued
   */
  offer(frame: VideoFrame, timeMs: number): boolean {
    if (this.#depth >= this.limits.maxFrames) {
      this.#accounting.receiveAndDrop('queueFull');
      frame.dispose();
      return false;
    }
    if (!this.bytes.tryAcquire(frame.byteLength)) {
      this.#accounting.receiveAndDrop('byteCap');
      frame.dispose();
      return false;
    }
    this.#ring[(this.#head + this.#depth) % this.#ring.length] = { frame, timeMs };
    this.#depth += 1;
    if (this.#depth > this.#maxDepth) this.#maxDepth = this.#depth;
    this.#accounting.receiveAndQueue();
    return true;
  }

  /**
   * Hands out the oldest frame, with its ownership: the caller disposes of it. It stays in the accounting as queued until
   * the caller reports it written or dropped; its bytes leave the cap now, for the copy is the sink's to bound.
   *
   * @returns undefined when the queue is empty
   */
  dequeue(): TimedFrame | undefined {
    if (this.#depth === 0) return undefined;
    const timed = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#ring.length;
    this.#depth -= 1;
    if (timed !== undefined) this.bytes.release(timed.frame.byteLength);
    return timed;
  }

  /** Disposes of everything that is queued and counts it under `cause`. */
  clear(cause: 'sinkFailed' | 'notRecording'): void {
    for (let timed = this.dequeue(); timed !== undefined; timed = this.dequeue()) {
      timed.frame.dispose();
      this.#accounting.dropQueued(cause);
    }
  }
}
