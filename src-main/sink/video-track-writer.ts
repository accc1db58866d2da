import { FrameSlots } from '../pipeline/frame-slots.js';
import { type FrameLossFigures, MissedFrames } from '../pipeline/missed-frames.js';
import { OwnInterval } from '../pipeline/own-interval.js';
import { PlayoutDelay } from '../pipeline/playout-delay.js';
import { VideoClock } from '../pipeline/take-clock.js';
import { endOfTrackFrameMaxPixels, uprightSize, type VideoFrame } from '../pipeline/video-frame.js';
import { type Absence, BetweenEncoders } from './between-encoders.js';
import type { SegmentEncoder } from './live-encoder.js';
import { blackFrame, packPgmyuv, type PgmyuvFrame } from './pgmyuv-frame.js';
import type { VideoTrackWriterOptions } from './video-track-writer-options.js';

/** A camera's jitter buffer on a calm network (measured), until a stream's own figure is known. */
const usualDelayMs = 15;
const delaySlewMsPerSecond = 30;
/** ffmpeg holds the other stream back when one is silent: at least one frame a second keeps it bounded. */
const fillEveryMs = 1000;
/** Filler stands this far in the past, so that frames on their way are not older than it. */
const fillBehindMs = 200;

/**
 * The video half of a sink: decides about each frame before it is copied, queues it, copies and hands it over when a
 * permit is free, and fills the timeline while there are none.
 */
export class VideoTrackWriter {
  /** Taken off each frame's time; followed by a millisecond for each frame of 30 fps, which no interval shows. */
  readonly playoutDelay = new PlayoutDelay(usualDelayMs, delaySlewMsPerSecond);
  readonly #options: VideoTrackWriterOptions;
  #clock = new VideoClock();
  readonly #slots: FrameSlots;
  #encoder: SegmentEncoder | null = null;
  readonly #between = new BetweenEncoders();
  #handedMs = -Infinity;
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
  /** Frames that never came, inferred from gaps in the timestamps of a camera. */
  readonly missed = new MissedFrames();
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

  /** The longest time between two frames of a live track since the take began. */
  get maxGapMs(): number {
    return this.#maxGapMs;
  }

  /** Takes what WebRTC has counted of the track by now. @param nowMs milliseconds on the take's timeline */
  readFigures(nowMs: number, figures: FrameLossFigures): void {
    this.missed.read(nowMs, figures, this.#options.accounting.received);
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
    const openMs = this.#isLive ? nowMs - (this.#newestFromTrackMs ?? nowMs) : 0;
    const gapMs = Math.max(openMs, this.#maxGapSinceSampleMs);
    this.#maxGapSinceSampleMs = 0;
    return gapMs;
  }

  /** Time of the newest frame that an encoder was handed, on the take's timeline. */
  get handedMs(): number {
    return this.#handedMs;
  }

  /** Begins a segment: from here frames go to `encoder`. Black, or the last frame that was shown, stands at its start. */
  attach(encoder: SegmentEncoder, segmentStartMs: number): void {
    const queuedMs = this.#between.end() && this.#options.queue.depth > 0 ? this.#newestMs : -Infinity;
    this.#encoder = encoder;
    this.#segmentStartMs = segmentStartMs;
    this.#newestMs = -Infinity;
    this.#closesAtMs = null;
    this.#slots.segmentStarted(segmentStartMs);
    this.#fill(segmentStartMs, this.#shown);
    if (queuedMs > this.#newestMs) {
      this.#newestMs = queuedMs;
      this.#newestIsFiller = false;
      // Those that wait have their places; what comes stands behind them.
      this.#slots.take(this.#slots.placeForFiller(queuedMs), queuedMs);
    }
    this.pump();
  }

  /**
   * Ends a segment: what is queued is given up when the sink failed, and must be drained otherwise.
   * @param isAwaiting another encoder comes in a moment: what is queued waits for it
   */
  detach(cause: Absence, isAwaiting = false): void {
    this.#repeatedBefore = this.repeatedFrames;
    this.#encoder = null;
    this.#between.begin(cause, isAwaiting, (why) => {
      this.#options.queue.clear(why);
    });
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
      this.missed.stop();
    }
  }

  /** Takes ownership of the frame. */
  offer(frame: VideoFrame): void {
    const { accounting, clock, frameRateLimit, queue } = this.#options;
    const shownMs = clock.toMs(this.#clock.place(frame.timestampUs, frame.arrivalUs));
    const timeMs = shownMs - this.playoutDelay.at(shownMs);
    if (frame.width * frame.height <= endOfTrackFrameMaxPixels) {
      accounting.receiveAndDrop('endOfTrack');
    } else if (this.#encoder === null && !this.#between.isAwaiting) {
      accounting.receiveAndDrop(this.#between.cause);
    } else if (this.#closesAtMs !== null && timeMs >= this.#closesAtMs) {
      accounting.receiveAndDrop('notRecording');
    } else if (Math.round(timeMs) <= Math.round(this.#newestMs)) {
      accounting.receiveAndDrop(this.#causeOfOld(timeMs));
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
      const tooEarly = this.#causeOfTooEarly(timeMs, this.#encoder);
      if (tooEarly !== null) {
        frame.dispose();
        inFlight.release();
        accounting.dropQueued(tooEarly);
        continue;
      }
      this.#handedMs = timeMs;
      const i420 = frame.copyI420();
      frame.dispose();
      const packed = packPgmyuv(i420, frame.width, frame.height, frame.rotationDegrees);
      this.#noteSize(frame);
      // Shown again while the next one is due; whoever switches their camera off leaves no frame behind.
      if (this.#isLive) this.#shown = packed;
      this.#encoder.writeVideoFrame(timeMs - this.#segmentStartMs, packed, this.#afterFrame);
    }
  }

  /** Why a frame comes too late: of what was sent before the segment begins nothing is due. */
  #causeOfOld(timeMs: number): Absence | 'outOfOrder' {
    return this.#newestIsFiller && timeMs <= this.#segmentStartMs ? this.#between.cause : 'outOfOrder';
  }

  /** Why a frame that waited has no place in the present segment; null when it has. */
  #causeOfTooEarly(timeMs: number, encoder: SegmentEncoder): 'sinkFailed' | 'paced' | null {
    // It waited for this encoder, whose segment begins where the audio before it ends.
    if (timeMs <= this.#segmentStartMs) return 'sinkFailed';
    return timeMs - this.#segmentStartMs <= encoder.newestVideoMs ? 'paced' : null;
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
    this.missed.stop();
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
    this.#handedMs = placeMs;
    this.#newestIsFiller = true;
    this.#filledFrames += 1;
    encoder.writeVideoFrame(placeMs - this.#segmentStartMs, frame ?? blackFrame(), this.#afterFiller, true);
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
    const size = uprightSize(frame);
    if (this.#size?.width !== size.width || this.#size.height !== size.height) this.#size = size;
  }

  #measureGap(timeMs: number): void {
    const previousMs = this.#newestFromTrackMs;
    this.#newestFromTrackMs = timeMs;
    if (!this.#options.canPause) this.missed.add(timeMs);
    const gapMs = timeMs - (previousMs ?? timeMs);
    // Before the new interval is known: a gap is what is longer than those before it.
    const isLong = this.#own.isLongGap(gapMs);
    this.#own.note(timeMs * 1000);
    this.#maxGapMs = Math.max(this.#maxGapMs, gapMs);
    this.#maxGapSinceSampleMs = Math.max(this.#maxGapSinceSampleMs, gapMs);
    if (isLong && !this.#options.canPause) this.#options.onLongGap(gapMs);
  }
}
