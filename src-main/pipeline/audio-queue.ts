import type { FrameAccounting } from './accounting.js';

/** What one stream of a take is turned into: the sink's PCM format. */
export const pcmFormat = { sampleRateHz: 48_000, channels: 2, bytesPerSample: 2 } as const;
export const pcmBytesPerMs = (pcmFormat.sampleRateHz / 1000) * pcmFormat.channels * pcmFormat.bytesPerSample;

/** One queued frame of PCM, valid until the next call of {@link AudioQueue.offer}. */
export interface QueuedAudio {
  readonly timeMs: number;
  readonly pcm: Uint8Array;
}

/**
 * The bounded queue between an audio stream and its sink: a ring of slots of 10 ms of PCM each,
 * allocated once. What does not fit is dropped and counted before it is copied; the timeline shows it
 * as silence, for each frame carries its own time.
 */
export class AudioQueue {
  readonly maxFrames: number;
  readonly frameBytes: number;
  readonly #accounting: FrameAccounting;
  readonly #storage: Uint8Array;
  readonly #timesMs: Float64Array;
  #head = 0;
  #depth = 0;
  #maxDepth = 0;

  /**
   * @param maxFrames slots of `frameMs` each
   * @param frameMs milliseconds of PCM in a frame
   */
  constructor(maxFrames: number, frameMs: number, accounting: FrameAccounting) {
    this.maxFrames = maxFrames;
    this.frameBytes = frameMs * pcmBytesPerMs;
    this.#accounting = accounting;
    this.#storage = new Uint8Array(maxFrames * this.frameBytes);
    this.#timesMs = new Float64Array(maxFrames);
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
   * Accepts a frame, or drops and counts it under `queueFull`. It never waits: audio cannot be asked to come later, so
   * what does not fit becomes silence at its own time.
   *
   * @param timeMs where its first sample stands, in milliseconds of its owner's clock
   * @param copy returns exactly {@link AudioQueue.frameBytes} bytes; only called when the frame fits, and its result is
   *   copied into the ring before this returns
   * @returns whether it was queued
   */
  offer(timeMs: number, copy: () => Uint8Array): boolean {
    if (this.#depth >= this.maxFrames) {
      this.#accounting.receiveAndDrop('queueFull');
      return false;
    }
    const slot = (this.#head + this.#depth) % this.maxFrames;
    this.#storage.set(copy(), slot * this.frameBytes);
    this.#timesMs[slot] = timeMs;
    this.#depth += 1;
    if (this.#depth > this.#maxDepth) this.#maxDepth = this.#depth;
    this.#accounting.receiveAndQueue();
    return true;
  }

  /** A frame as {@link AudioQueue.dequeue} would return it; it stays. @param index 0 is the oldest */
  peek(index = 0): QueuedAudio | undefined {
    return index >= this.#depth ? undefined : this.#slotAt((this.#head + index) % this.maxFrames);
  }

  /** Time of the oldest frame; undefined when empty. */
  peekTimeMs(): number | undefined {
    return this.#depth === 0 ? undefined : this.#timesMs[this.#head];
  }

  /**
   * Removes the oldest frame. It counts as queued until the caller reports it written or dropped.
   *
   * @returns undefined when the queue is empty; otherwise a view into the ring, which a later {@link AudioQueue.offer}
   *   overwrites: use it up, or copy it, before the event loop turns
   */
  dequeue(): QueuedAudio | undefined {
    if (this.#depth === 0) return undefined;
    const slot = this.#head;
    this.#head = (this.#head + 1) % this.maxFrames;
    this.#depth -= 1;
    return this.#slotAt(slot);
  }

  /**
   * Removes a frame from the middle; those behind it move up. It counts as queued as by {@link AudioQueue.dequeue}.
   *
   * @param index 0 is the oldest
   * @returns false when there is none
   */
  remove(index: number): boolean {
    if (index >= this.#depth) return false;
    for (let later = index; later < this.#depth - 1; later += 1) {
      const [to, from] = [(this.#head + later) % this.maxFrames, (this.#head + later + 1) % this.maxFrames];
      this.#storage.copyWithin(to * this.frameBytes, from * this.frameBytes, (from + 1) * this.frameBytes);
      this.#timesMs[to] = this.#timesMs[from] ?? 0;
    }
    this.#depth -= 1;
    return true;
  }

  /** Drops everything that is queued, counted under `cause`. */
  clear(cause: 'sinkFailed' | 'notRecording'): void {
    while (this.dequeue() !== undefined) this.#accounting.dropQueued(cause);
  }

  /** Drops the newest frames, counted under `outOfOrder`, so that `frames` of them stay at most. */
  truncate(frames: number): void {
    for (; this.#depth > frames; this.#depth -= 1) this.#accounting.dropQueued('outOfOrder');
  }

  #slotAt(slot: number): QueuedAudio {
    const start = slot * this.frameBytes;
    return { timeMs: this.#timesMs[slot] ?? 0, pcm: this.#storage.subarray(start, start + this.frameBytes) };
  }
}
