import type { FrameAccounting } from '../pipeline/accounting.js';
import type { FrameQueue } from '../pipeline/frame-queue.js';
import type { FrameRateLimit } from '../pipeline/frame-rate-limit.js';
import { FrameSlots } from '../pipeline/frame-slots.js';
import { type FrameLossFigures, MissedFrames } from '../pipeline/missed-frames.js';
import { OwnInterval } from '../pipeline/own-interval.js';
import { PlayoutDelay } from '../pipeline/playout-delay.js';
import type { Semaphore } from '../pipeline/semaphore.js';
import { type TakeClock, VideoClock } from '../pipeline/take-clock.js';
import { endOfTrackFrameMaxPixels, type VideoFrame } from '../pipeline/video-frame.js';
import type { SegmentEncoder } from './live-encoder.js';
import { blackFrame, packPgmyuv, type PgmyuvFrame } from './pgmyuv-frame.js';

/** A camera's jitter buffer on a calm network (measured), until a stream's own figure is known. */
const usualDelayMs = 15;
/** A millisecond for each frame of 30 fps. */
const delaySlewMsPerSecond = 30;
/** ffmpeg holds the other stream back when one is silent: at least one frame a second keeps it bounded. */
const fillEveryMs = 1000;
/** Filler stands this far in the past, so that frames on their way are not older than it. */
const fillBehindMs = 200;
/** A gap between frames above this is worth a line in the log, unless the source is that slow by itself. */
const longGapMs = 1000;
const lateIntervals = 3;
/** How fast a source is by itself is known from so many intervals on. */
const knownIntervals = 3;

export interface VideoTrackWriterOptions {
  readonly clock: TakeClock;
  readonly queue: FrameQueue;
  readonly inFlight: Semaphore;
  readonly accounting: FrameAccounting;
  /** Frames per second of a constant rate; null for a variable one. */
  readonly constantFps: number | null;
  readonly maxFps: number | null;
  /** Set by the memory governor. */
  readonly frameRateLimit: FrameRateLimit;
  /** A screen that does not change sends no frames: no pause of it is a gap. */
  readonly canPause: boolean;
  readonly onLongGap: (gapMs: number) => void;
  /** Nothing is queued or in flight any more. */
  readonly onDrained: () => void;
}

/**
 * The video half of a sink: decides about each frame before it is copied, queues it, copies and
 * hands it over when a permit is free, and fills the timeline while there are none.
 */
export class VideoTrackWriter {
  /** Taken off each frame's time; followed so slowly that no interval between two frames looks different. */
  readonly playoutDelay = new PlayoutDelay(usualDelayMs, delaySlewMsPerSecond);
  readonly #options: VideoTrackWriterOptions;
  #clock = new VideoClock();
  readonly #slots: FrameSlots;
  #encoder: SegmentEncoder | null = null;
  /** Why there is no encoder: what comes meanwhile is lost when it failed. */
  #absence: 'sinkFailed' | 'notRecording' = 'notRecording';
  #segmentStartMs = 0;
  /** Time of the newest frame accepted or filled in. */
  #newestMs = -Infinity;
  #newestIsFiller = true;
  /** Time of the newest frame that came from the track, while it is live. */
  #newestFromTrackMs: number | null = null;
  readonly #own = new OwnInterval();
  #isLive = false;
  /** End of the segment, once it is known: nothing later belongs to it. */
  #closesAtMs: number | null = null;
  #shown: PgmyuvFrame | null = null;
  #maxGapMs = 0;
  #maxGapSinceSampleMs = 0;
  readonly #missed = new MissedFrames();
  #filledFrames = 0;
  #repeatedBefore = 0;
  #size: { width: number; height: number } | null = null;

  constructor(options: VideoTrackWriterOptions) {
    this.#options = options;
    this.#slots = new FrameSlots(options.constantFps, options.maxFps);
  }

  /** Whether frames are expected: the camera is on and subscribed. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** Upright size of the newest frame. */
  get size(): { width: number; height: number } | null {
    return this.#size;
  }

  /** The longest time between two frames of a live track, in milliseconds, since the take began. */
  get maxGapMs(): number {
    return this.#maxGapMs;
  }

  /** Frames that never came, inferred from gaps in the timestamps of a camera. */
  get missedFrames(): number {
    return this.#missed.count;
  }

  /** Takes what WebRTC has counted of the track by now. @param nowMs milliseconds on the take's timeline */
  readFigures(nowMs: number, figures: FrameLossFigures): void {
    this.#missed.read(nowMs, figures, this.#options.accounting.received);
  }

  /** Black or repeated frames; outside of the accounts, for they were never received. */
  get filledFrames(): number {
    return this.#filledFrames;
  }

  /** As {@link ConstantRate.repeated}, over all segments: no loss by itself. */
  get repeatedFrames(): number {
    return this.#repeatedBefore + (this.#encoder?.repeatedFrames ?? 0);
  }

  /** Milliseconds since the newest frame of a live track, or the longest gap since the last call. */
  drainMaxFrameGapMs(nowMs: number): number {
    const openMs = this.#isLive && this.#newestFromTrackMs !== null ? nowMs - this.#newestFromTrackMs : 0;
    const gapMs = Math.max(openMs, this.#maxGapSinceSampleMs);
    this.#maxGapSinceSampleMs = 0;
    return gapMs;
  }

  /** Begins a segment: from here frames go to `encoder`. Black, or the last frame that was shown, stands at its start. */
  attach(encoder: SegmentEncoder, segmentStartMs: number): void {
    this.#encoder = encoder;
    this.#segmentStartMs = segmentStartMs;
    this.#newestMs = -Infinity;
    this.#closesAtMs = null;
    this.#slots.segmentStarted(segmentStartMs);
    this.#fill(segmentStartMs, this.#shown);
  }

  /** Ends a segment: what is queued is given up when the sink failed, and must be drained otherwise. */
  detach(cause: 'sinkFailed' | 'notRecording'): void {
    this.#repeatedBefore = this.repeatedFrames;
    this.#encoder = null;
    this.#absence = cause;
    this.#options.queue.clear(cause);
  }

  /** Frames of a new stream follow: another clock, another rate. The time since the last one's is a gap. */
  streamStarted(): void {
    this.#clock = new VideoClock();
    this.playoutDelay.restart();
    this.#slots.streamStarted();
  }

  /** Whether frames are to be expected: the camera is on and subscribed. */
  setLive(isLive: boolean): void {
    this.#isLive = isLive;
    if (!isLive) {
      this.#newestFromTrackMs = null;
      this.#own.restart();
      this.#shown = null;
      this.#missed.stop();
    }
  }

  /** Takes ownership of the frame. */
  offer(frame: VideoFrame): void {
    const { accounting, clock, frameRateLimit, queue } = this.#options;
    const shownMs = clock.toMs(this.#clock.place(frame.timestampUs, frame.arrivalUs));
    const timeMs = shownMs - this.playoutDelay.at(shownMs);
    if (frame.width * frame.height <= endOfTrackFrameMaxPixels) {
      accounting.receiveAndDrop('endOfTrack');
    } else if (this.#encoder === null) {
      accounting.receiveAndDrop(this.#absence);
    } else if (this.#closesAtMs !== null && timeMs >= this.#closesAtMs) {
      accounting.receiveAndDrop('notRecording');
    } else if (Math.round(timeMs) <= Math.round(this.#newestMs)) {
      accounting.receiveAndDrop('outOfOrder');
    } else {
      // A camera that was switched off still sends what was on its way: the pause after it is no gap.
      if (this.#isLive) this.#measureGap(timeMs);
      const placeMs = this.#slots.placeFor(timeMs);
      if (placeMs !== null && (this.#newestIsFiller || frameRateLimit.allows(timeMs, this.#newestMs))) {
        if (queue.offer(frame, placeMs)) {
          this.#slots.take(placeMs, timeMs);
          this.#newestMs = timeMs;
          this.#newestIsFiller = false;
          this.pump();
        }
        return;
      }
      accounting.receiveAndDrop(placeMs === null ? 'paced' : 'governed');
    }
    frame.dispose();
  }

  /** Hands over queued frames as long as permits are free. */
  pump(): void {
    const { accounting, inFlight, queue } = this.#options;
    while (this.#encoder !== null && queue.depth > 0 && inFlight.tryAcquire()) {
      const timed = queue.dequeue();
      if (timed === undefined) {
        inFlight.release();
        return;
      }
      const { frame, timeMs } = timed;
      if (timeMs - this.#segmentStartMs <= this.#encoder.newestVideoMs) {
        // A segment with video has begun behind its first frames: their slots are taken.
        frame.dispose();
        inFlight.release();
        accounting.dropQueued('paced');
        continue;
      }
      const i420 = frame.copyI420();
      frame.dispose();
      const packed = packPgmyuv(i420, frame.width, frame.height, frame.rotationDegrees);
      this.#noteSize(frame);
      // Shown again while the next one is due; whoever switches their camera off leaves no frame behind.
      if (this.#isLive) this.#shown = packed;
      this.#encoder.writeVideoFrame(timeMs - this.#segmentStartMs, packed, this.#afterFrame);
    }
  }

  /** Nothing is queued or in flight. */
  get isDrained(): boolean {
    return this.#options.queue.depth === 0 && this.#options.inFlight.taken === 0;
  }

  /** Called a few times a second: keeps the timeline going while no frames come. */
  tick(nowMs: number): void {
    if (this.#encoder === null || this.#closesAtMs !== null) return;
    if (this.#options.queue.depth > 0 || this.#options.inFlight.taken > 0) return;
    const behindMs = fillBehindMs + this.playoutDelay.ms;
    const sinceMs = nowMs - behindMs - this.#newestMs;
    const justEnded = !this.#isLive && !this.#newestIsFiller && sinceMs > 0;
    if (!justEnded && sinceMs < fillEveryMs) return;
    this.#fill(Math.max(nowMs - behindMs, this.#newestMs + 1), this.#shown);
  }

  /**
   * Ends the segment at `endMs`: what is queued is still handed over, later frames are refused, and the
   * frame lasts until the end.
   */
  close(endMs: number): void {
    this.#closesAtMs = endMs;
    this.#missed.stop();
    this.#fillToTheEnd();
  }

  #fillToTheEnd(): void {
    if (this.#closesAtMs === null || this.#options.queue.depth > 0) return;
    let placeMs = this.#slots.nextToTheEnd(this.#closesAtMs);
    while (placeMs !== null && this.#fill(placeMs, this.#shown)) {
      placeMs = this.#slots.nextToTheEnd(this.#closesAtMs);
    }
  }

  /** @returns whether there was a permit, and an encoder */
  #fill(timeMs: number, frame: PgmyuvFrame | null): boolean {
    const encoder = this.#encoder;
    if (encoder === null || !this.#options.inFlight.tryAcquire()) return false;
    const placeMs = this.#slots.placeForFiller(timeMs);
    this.#slots.take(placeMs, null);
    this.#newestMs = timeMs;
    this.#newestIsFiller = true;
    this.#filledFrames += 1;
    encoder.writeVideoFrame(placeMs - this.#segmentStartMs, frame ?? blackFrame(), this.#afterFiller);
    return true;
  }

  readonly #afterFrame = (written: boolean): void => {
    if (written) this.#options.accounting.writeQueued();
    else this.#options.accounting.dropQueued('sinkFailed');
    this.#afterFiller();
  };

  readonly #afterFiller = (): void => {
    this.#options.inFlight.release();
    this.pump();
    this.#fillToTheEnd();
    if (this.isDrained) this.#options.onDrained();
  };

  #noteSize(frame: VideoFrame): void {
    const quarterTurn = frame.rotationDegrees === 90 || frame.rotationDegrees === 270;
    const width = quarterTurn ? frame.height : frame.width;
    const height = quarterTurn ? frame.width : frame.height;
    if (this.#size?.width !== width || this.#size.height !== height) this.#size = { width, height };
  }

  #measureGap(timeMs: number): void {
    const previousMs = this.#newestFromTrackMs;
    this.#newestFromTrackMs = timeMs;
    if (!this.#options.canPause) this.#missed.add(timeMs);
    // Before the new interval is known: a gap is what is longer than those before it.
    const ownMs = this.#own.count < knownIntervals ? Infinity : this.#own.longestMs;
    this.#own.note(timeMs * 1000);
    if (previousMs === null) return;
    const gapMs = timeMs - previousMs;
    if (gapMs > this.#maxGapMs) this.#maxGapMs = gapMs;
    if (gapMs > this.#maxGapSinceSampleMs) this.#maxGapSinceSampleMs = gapMs;
    const isLong = gapMs > longGapMs && gapMs > lateIntervals * ownMs;
    if (isLong && !this.#options.canPause) this.#options.onLongGap(gapMs);
  }
}
