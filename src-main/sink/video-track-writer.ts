import type { DropCause } from '../contract/drop-causes.js';
import { FrameSlots } from '../pipeline/frame-slots.js';
import type { FrameLossFigures } from '../pipeline/loss-evidence.js';
import { PlayoutDelay } from '../pipeline/playout-delay.js';
import { VideoClock } from '../pipeline/take-clock.js';
import { endOfTrackFrameMaxPixels, type VideoFrame } from '../pipeline/video-frame.js';
import { type Absence, BetweenEncoders } from './between-encoders.js';
import { noSlots, type SlotCount, sumOfSlots } from './constant-rate.js';
import { FrameGaps, type ReadGaps } from './frame-gaps.js';
import { FrameOfPause } from './frame-of-pause.js';
import { FramePacker } from './frame-packer.js';
import type { SegmentEncoder } from './live-encoder.js';
import { blackFrame, type PgmyuvFrame } from './pgmyuv-frame.js';
import { SegmentEnd } from './segment-end.js';
import { type VideoTrackWriterOptions, videoWriting } from './video-track-writer-options.js';

const { delaySlewMsPerSecond, fillBehindMs, fillEveryMs, roundingMs, usualDelayMs } = videoWriting;

/** The video half of a sink: decides about each frame before it is copied, queues it, hands it over when a permit is free, and fills gaps. */
export class VideoTrackWriter {
  /** Taken off each frame's time; followed by a millisecond for each frame of 30 fps, which no interval shows. */
  readonly playoutDelay = new PlayoutDelay(usualDelayMs, delaySlewMsPerSecond);
  readonly #options: VideoTrackWriterOptions;
  #clock = new VideoClock();
  readonly #slots: FrameSlots;
  #encoder: SegmentEncoder | null = null;
  readonly #between = new BetweenEncoders();
  #segmentStartMs = 0;
  /** Time of the newest frame accepted or filled in. */
  #newestMs = -Infinity;
  #newestIsFiller = true;
  /** Where the segment's first frame stands, while it is not written: the former encoder may still have every permit. */
  #beginsAtMs: number | null = null;
  readonly #gaps: FrameGaps;
  readonly #ofPause: FrameOfPause;
  #isLive = false;
  /** Of the segment that is written. */
  readonly end: SegmentEnd;
  #shown: PgmyuvFrame | null = null;
  #slotsBefore = noSlots;
  /** Time of the newest frame that an encoder was handed, on the take's timeline. Only this class sets it. */
  handedMs = -Infinity;
  /** Black or repeated frames; outside of the accounts, for they were never received. Only this class counts them. */
  filledFrames = 0;
  /** Copies frames, and knows their size. */
  readonly packer = new FramePacker();

  constructor(options: VideoTrackWriterOptions) {
    this.#options = options;
    this.end = new SegmentEnd(options.onDrained);
    this.#slots = new FrameSlots(options.constantFps, options.maxFps);
    this.#gaps = new FrameGaps(options);
    this.#ofPause = new FrameOfPause(options.queue.bytes);
  }

  /** Whether frames are expected: the camera is on and subscribed. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** The times between two frames of a live track, and those that never came. */
  get gaps(): ReadGaps {
    return this.#gaps;
  }

  /** Takes what WebRTC has counted of the track by now. @param nowMs milliseconds on the take's timeline */
  readFigures(nowMs: number, figures: FrameLossFigures): void {
    this.#gaps.missed.read(nowMs, figures, this.#options.accounting.received);
  }

  /** As `ConstantRate.slots`, over all segments. */
  get slots(): SlotCount {
    return sumOfSlots(this.#slotsBefore, this.#encoder?.slots ?? noSlots);
  }

  /** Begins a segment: from here frames go to `encoder`. Black, or the last frame that was shown, stands at its start. */
  attach(encoder: SegmentEncoder, segmentStartMs: number): void {
    const queuedMs = this.#between.end() && this.#options.queue.depth > 0 ? this.#newestMs : -Infinity;
    this.#encoder = encoder;
    this.#segmentStartMs = segmentStartMs;
    this.end.reopen();
    this.#slots.segmentStarted(segmentStartMs);
    this.#beginsAtMs = this.#takePlaceForFiller(segmentStartMs);
    if (queuedMs > this.#newestMs) {
      this.#newestMs = queuedMs;
      this.#newestIsFiller = false;
      // Those that wait have their places; what comes stands behind them.
      this.#slots.take(this.#slots.placeForFiller(queuedMs), queuedMs);
    }
    this.pump();
  }

  /** A segment is about to end: what is queued is handed over at once, whether or not its encoder has taken what it had. */
  readonly handOver = (): void => this.#options.inFlight.lift(() => this.pump());

  /** Ends a segment; what is queued is lost, and what comes is dropped for `cause`. @param isAwaiting it waits for an encoder that comes at once */
  detach(cause: Absence, isAwaiting = false): void {
    this.#slotsBefore = this.slots;
    this.#encoder = null;
    this.#beginsAtMs = null;
    if (!isAwaiting) this.#ofPause.drop();
    // It came before the end: without an encoder, or with one that takes nothing any more, it is lost.
    this.#between.begin(cause, isAwaiting, () => {
      this.#options.queue.clear('sinkFailed');
    });
  }

  /** Frames of a new stream follow: another clock, another rate. The time since the last one's is a gap. */
  streamStarted(): void {
    this.#clock = new VideoClock();
    this.playoutDelay.restart();
    this.#slots.streamStarted();
  }

  /** As {@link VideoTrackWriter.isLive} says. @param keepsShown what was shown last stays, though nothing is expected */
  setLive(isLive: boolean, keepsShown = false): void {
    if (isLive && !this.#isLive) this.playoutDelay.resume();
    this.#isLive = isLive;
    if (!isLive) {
      this.#gaps.stop();
      this.#ofPause.drop();
      if (!keepsShown) this.#shown = null;
    }
  }

  /** Takes ownership of the frame. @param isStale a fresh stream follows, for the times of this one are wrong */
  offer(frame: VideoFrame, isStale = false): void {
    const { accounting, clock, frameRateLimit, queue } = this.#options;
    const shownMs = clock.toElapsedMs(this.#clock.place(frame.timestampUs, frame.arrivalUs));
    const elapsedMs = shownMs - this.playoutDelay.at(shownMs);
    const timeMs = clock.cut(elapsedMs);
    if (frame.width * frame.height <= endOfTrackFrameMaxPixels) {
      accounting.receiveAndDrop('endOfTrack');
    } else if (isStale) {
      this.#gaps.noteUnplaced();
      accounting.receiveAndDrop('tooLate');
    } else if (!this.end.isKnown && clock.isPausedAt(elapsedMs)) {
      this.#keepOfPause(frame);
      return;
    } else if (this.end.excludes(timeMs)) {
      accounting.receiveAndDrop('notRecording');
    } else if (this.#encoder === null && !this.#between.isAwaiting) {
      accounting.receiveAndDrop(this.#between.cause);
    } else if (Math.round(timeMs) <= Math.round(this.#newestMs)) {
      accounting.receiveAndDrop(this.#causeOfTooLate(timeMs));
    } else {
      // A camera that was switched off still sends what was on its way: the pause after it is no gap.
      if (this.#isLive) this.#gaps.add(timeMs);
      const placeMs = this.#slots.placeFor(timeMs, this.end.atMs - roundingMs, frame.timestampUs / 1000);
      if (placeMs !== null && (this.#newestIsFiller || frameRateLimit.allows(timeMs, this.#newestMs))) {
        if (queue.offer(frame, placeMs)) {
          this.#slots.take(placeMs, timeMs);
          this.#newestMs = timeMs;
          this.#newestIsFiller = false;
          this.#ofPause.drop();
          this.pump();
        }
        return;
      }
      const cause = placeMs === null ? this.#slots.causeOfNone(timeMs) : 'governed';
      if (cause === 'paced' && this.#isLive) this.#gaps.missed.noteLeftOut();
      accounting.receiveAndDrop(cause);
    }
    frame.dispose();
  }

  /** Hands over queued frames, and at the end what fills it, as long as permits are free. */
  pump(): void {
    const { accounting, inFlight, queue } = this.#options;
    while (this.#hasBegun() && this.#encoder !== null && queue.depth > 0 && inFlight.tryAcquire()) {
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
      this.handedMs = timeMs;
      const packed = this.packer.pack(frame);
      // Shown again while the next one is due; whoever switches their camera off leaves no frame behind.
      if (this.#isLive) this.#shown = packed;
      this.#encoder.writeVideoFrame(timeMs - this.#segmentStartMs, packed, this.#afterFrame);
    }
    this.#fillToTheEnd();
  }

  /** Why a frame has no place behind the newest one. */
  #causeOfTooLate(timeMs: number): DropCause {
    const cause = this.#options.clock.causeOfTooLate(timeMs);
    if (!this.#newestIsFiller && cause !== 'paused') this.#gaps.noteUnplaced(timeMs);
    if (!this.#newestIsFiller || cause === 'paused') return cause;
    // Of what was sent before the segment begins nothing is due.
    if (timeMs <= this.#segmentStartMs) return this.#between.cause;
    if (this.#isLive) this.#gaps.noteArrived(timeMs);
    return 'tooLate';
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
    if (this.#encoder === null || this.end.isKnown || !this.isDrained) return;
    const behindMs = fillBehindMs + this.playoutDelay.ms;
    this.#showOfPause(nowMs - behindMs);
    const sinceMs = nowMs - behindMs - this.#newestMs;
    const justEnded = !this.#isLive && !this.#newestIsFiller && sinceMs > 0;
    if (!justEnded && sinceMs < fillEveryMs) return;
    this.#fill(Math.max(nowMs - behindMs, this.#newestMs + 1), this.#shown);
  }

  /** As {@link EndingWriter} says: the last frame lasts to the end. */
  close(): void {
    this.end.close();
    this.#gaps.missed.stop();
    this.#showOfPause(this.end.atMs);
    this.#fillToTheEnd();
  }

  #fillToTheEnd(): void {
    const { atMs, isClosed } = this.end;
    if (!isClosed || this.#options.queue.depth > 0) return;
    const next = (): number | null => this.#slots.nextToTheEnd(atMs);
    for (let placeMs = next(); placeMs !== null && this.#fill(placeMs, this.#shown);) placeMs = next();
  }

  /** @returns whether there was a permit, and an encoder */
  #fill(timeMs: number, frame: PgmyuvFrame | null): boolean {
    if (!this.#hasBegun() || this.#encoder === null || !this.#options.inFlight.tryAcquire()) return false;
    this.#writeFiller(this.#encoder, this.#takePlaceForFiller(timeMs), frame);
    return true;
  }

  /** A segment begins with black, or the last frame: without it, ffmpeg would count from the first frame that comes. */
  #hasBegun(): boolean {
    const placeMs = this.#beginsAtMs;
    if (placeMs === null) return true;
    if (this.#encoder === null || !this.#options.inFlight.tryAcquire()) return false;
    this.#beginsAtMs = null;
    this.#writeFiller(this.#encoder, placeMs, this.#shown);
    return true;
  }

  #takePlaceForFiller(timeMs: number): number {
    const placeMs = this.#slots.placeForFiller(timeMs);
    this.#slots.take(placeMs, null);
    this.#newestMs = timeMs;
    this.#newestIsFiller = true;
    return placeMs;
  }

  #writeFiller(encoder: SegmentEncoder, placeMs: number, frame: PgmyuvFrame | null): void {
    this.handedMs = placeMs;
    this.filledFrames += 1;
    encoder.writeVideoFrame(placeMs - this.#segmentStartMs, frame ?? blackFrame(), this.#afterFiller, true);
  }

  readonly #afterFrame = (written: boolean): void => {
    if (written) this.#options.accounting.writeQueued();
    else this.#options.accounting.dropQueued('sinkFailed');
    this.#afterFiller();
  };

  readonly #afterFiller = (): void => {
    this.#options.inFlight.release();
    this.pump();
    if (this.isDrained) this.#options.onDrained();
  };

  #keepOfPause(frame: VideoFrame): void {
    this.#options.accounting.receiveAndDrop('paused');
    // What is lost on the network meanwhile is not missing from the file.
    this.#gaps.missed.stop();
    this.#ofPause.keep(frame, this.#isLive);
  }

  /** A source that has sent nothing since the pause shows what it sent last in it. */
  #showOfPause(untilMs: number): void {
    const { clock } = this.#options;
    const frame = this.#ofPause.takeDue(clock, untilMs);
    if (frame === null) return;
    this.#shown = this.packer.pack(frame);
    this.#fill(Math.max(clock.jointMs, this.#newestMs + 1), this.#shown);
  }
}
