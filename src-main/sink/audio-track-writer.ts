import { AudioHold } from '../pipeline/audio-hold.js';
import { pcmBytesPerMs, pcmFormat } from '../pipeline/audio-queue.js';
import { AudioSplice } from '../pipeline/audio-splice.js';
import { AudioTimeline } from '../pipeline/audio-timeline.js';
import { LateAudio } from '../pipeline/late-audio.js';
import type { PlayoutDelay } from '../pipeline/playout-delay.js';
import { AudioBlocks } from './audio-blocks.js';
import { type AudioTrackWriterOptions, audioWriting } from './audio-track-writer-options.js';
import { type Absence, BetweenEncoders } from './between-encoders.js';
import type { SegmentEncoder } from './live-encoder.js';
import { SegmentEnd } from './segment-end.js';
import { type SilenceAccount, SilentAudio } from './silent-audio.js';

const { framesPerBlock, longGapMs, mostFramesPerBlock, silenceBehindMs, silenceStepMs } = audioWriting;
/** One step of silence, made once: it is written again and again. */
const silence = new Uint8Array(silenceStepMs * pcmBytesPerMs);

/**
 * The audio half of a sink: one continuous stream on the take's timeline, silence wherever no audio came. Audio that goes
 * on is written sample for sample; too far from its place, periods of its wave are repeated or left out, counted and told.
 */
export class AudioTrackWriter {
  /** Where the audio ends that encoders were handed, on the take's timeline. Only this class sets it. */
  handedMs = 0;
  readonly #options: AudioTrackWriterOptions;
  /** Where its frames belong; only this class places them. */
  readonly timeline: AudioTimeline;
  /** Taken off each frame's time. */
  readonly playoutDelay: PlayoutDelay;
  /** What is made up behind a standstill. */
  readonly late: LateAudio;
  readonly #hold: AudioHold;
  readonly #splice = new AudioSplice();
  #encoder: SegmentEncoder | null = null;
  readonly #between = new BetweenEncoders();
  #segmentStartMs = 0;
  /** Frames at the head of the queue that belong to the stream before, and follow what was written; and whether its track goes on. */
  #former = { frames: 0, isLive: false };
  /** Whether audio is expected: the track is subscribed and its stream has not ended. Only this class sets it. */
  isLive = false;
  /** There was audio since the track came: silence before more of it is a gap. */
  #isExpected = false;
  #heardEndMs = 0;
  /** Of the segment that is written. */
  readonly end: SegmentEnd;
  readonly #silent = new SilentAudio();
  readonly #blocks: AudioBlocks;

  constructor(options: AudioTrackWriterOptions) {
    this.#options = options;
    this.end = new SegmentEnd(options.onDrained);
    this.timeline = new AudioTimeline(options.frameMs, options.clock, options.onCorrection);
    this.playoutDelay = this.timeline.playoutDelay;
    this.late = new LateAudio(options.clock, options.queue, this.timeline, options.accounting);
    this.#hold = new AudioHold(this.late);
    this.#blocks = new AudioBlocks(options.inFlight, mostFramesPerBlock * options.queue.frameBytes);
  }

  /** Silence in place of audio, between two encoders as well. */
  get silence(): SilenceAccount {
    return this.#silent;
  }

  /** Begins a segment: audio goes to `encoder`, its maker's to finish. @param segmentStartMs on the take's timeline */
  attach(encoder: SegmentEncoder, segmentStartMs: number): void {
    this.#encoder = encoder;
    this.#silent.holeEnds(segmentStartMs, this.#droppedMs);
    this.#segmentStartMs = segmentStartMs;
    this.handedMs = segmentStartMs;
    if (!this.#isExpected) this.#heardEndMs = segmentStartMs;
    this.timeline.interrupt();
    this.end.reopen();
    this.#between.end();
    this.pump();
  }

  /** A segment is about to end: what is queued is handed over at once, whether or not its encoder has taken what it had. */
  readonly handOver = (): void => this.#options.inFlight.lift(() => this.#release());

  /** Ends a segment; what is queued is dropped for `cause`. @param isAwaiting it waits for an encoder that comes at once */
  detach(cause: Absence, isAwaiting = false): void {
    this.#encoder = null;
    if (cause === 'sinkFailed' && this.#isExpected) this.#silent.holeBegins(this.handedMs, this.#droppedMs);
    this.#between.begin(cause, isAwaiting, (why) => {
      this.#options.queue.clear(why);
      this.#former.frames = 0;
    });
  }

  get #droppedMs(): number {
    return this.#options.accounting.dropped.sinkFailed * this.#options.frameMs;
  }

  /** Frames of a new stream follow: their count starts anew. */
  streamStarted(): void {
    if (!this.isLive) this.#silent.trackCame(this.#options.clock.nowMs());
    this.#former = { frames: this.#options.queue.depth, isLive: this.isLive };
    this.timeline.streamStarted();
    this.#hold.restart();
    this.isLive = true;
  }

  /** The stream has ended: silence is written from here on. */
  streamEnded(): void {
    if (this.isLive) this.#silent.trackEnded(this.#options.clock.nowMs(), this.handedMs);
    this.isLive = false;
    this.#isExpected = false;
    this.#release();
  }

  /** Another stream of the same track follows. @param stale what of the queue was played out too late to be of use */
  streamInterrupted(stale: 'none' | 'kept' | 'all'): void {
    if (stale === 'all') this.#former.frames = 0;
    if (stale === 'all' || (stale === 'kept' && this.#hold.isOn))
      this.#options.queue.truncate(this.#former.frames);
    this.#release();
  }

  /** Queues a frame, or drops and counts it. @param arrivalUs of the monotonic clock @param copy called when it is kept */
  offer(arrivalUs: number, copy: () => Uint8Array, isStale = false): void {
    const { accounting, clock, queue } = this.#options;
    const arrivalMs = clock.toElapsedMs(arrivalUs);
    if (this.#hold.arrived(arrivalMs)) {
      // After a pause frames may be missing, and come in a burst: what has come before it just goes out.
      this.#former = { frames: queue.depth, isLive: this.isLive };
      this.timeline.resync();
    }
    if (this.end.isKnown && !this.late.isAwaited) this.#release();
    const timeMs = this.timeline.place(arrivalMs);
    // A fresh stream follows, for the times of this one are wrong.
    if (isStale) accounting.receiveAndDrop('tooLate');
    else if (timeMs === null) accounting.receiveAndDrop(this.end.isKnown ? 'notRecording' : 'paused');
    else if (this.#encoder === null && !this.#between.isAwaiting)
      accounting.receiveAndDrop(this.end.excludes(timeMs) ? 'notRecording' : this.#between.cause);
    else if (this.#isInSegment(timeMs)) queue.offer(this.timeline.positionMs, copy);
    else {
      const isBefore = timeMs < this.#segmentStartMs;
      accounting.receiveAndDrop(this.#between.causeOutside(isBefore));
      if (isBefore) this.#silent.droppedOfHole(this.#options.frameMs);
    }
    const isFull = this.#hold.isOn && queue.depth >= queue.maxFrames;
    if (isFull || this.#hold.isOver(arrivalMs, this.playoutDelay.readings)) this.#release();
    else if (queue.depth >= framesPerBlock || this.end.isKnown) this.pump();
  }

  #release(): void {
    this.late.settle(this.#former.frames);
    this.#hold.release();
    this.pump();
  }

  #isInSegment(timeMs: number): boolean {
    // Before it is known where frames stand, all are kept that may belong to it.
    if (this.#hold.isOn) return !this.end.isKnown;
    if (timeMs < this.#segmentStartMs) return false;
    // At the end whole frames are written, of which more than half is before it.
    const placeMs = this.timeline.placeBehind(this.handedMs, timeMs);
    return !this.end.excludes(placeMs + this.#options.frameMs / 2);
  }

  /** Hands over queued audio, and the silence before it, as long as permits are free. */
  pump(): void {
    const { inFlight, queue } = this.#options;
    while (this.#encoder !== null && inFlight.hasLeft && this.#isHeadDue) {
      const headMs = queue.peekTimeMs() ?? 0;
      const offsetMs = this.#former.frames > 0 ? 0 : this.timeline.offsetBefore(headMs, this.handedMs);
      if (offsetMs >= 1) this.#writeSilence(this.#encoder, offsetMs, this.#isExpected);
      else if (offsetMs <= -this.#options.frameMs / 2) this.#dropHead();
      else if (!this.#moveIfDue(this.#encoder, headMs)) {
        // What follows a former stream's last frames does not go on from them.
        if (this.#former.frames === 0) this.timeline.follow();
        this.#writeBlock(this.#encoder);
      }
    }
  }

  get #isHeadDue(): boolean {
    const positionMs = this.#options.queue.peekTimeMs();
    if (positionMs === undefined || this.#former.frames > 0) return positionMs !== undefined;
    const nowMs = this.isLive && !this.end.isClosed ? this.#options.clock.nowMs() : Infinity;
    return !this.#hold.isOn && !this.timeline.isTooSoon(positionMs, nowMs);
  }

  #dropHead(): void {
    const { accounting, clock, queue } = this.#options;
    const positionMs = queue.dequeue()?.timeMs ?? 0;
    this.timeline.passed(positionMs);
    const timeMs = this.timeline.timeOf(positionMs);
    // What comes after the stop finds its place filled up to the end.
    const cause = this.end.isKnown ? 'notRecording' : clock.causeOfTooLate(timeMs);
    const isOfHole = timeMs < this.#segmentStartMs;
    accounting.dropQueued(isOfHole ? this.#between.cause : cause);
    if (isOfHole) this.#silent.droppedOfHole(this.#options.frameMs);
    else if (cause === 'outOfOrder') this.#silent.hadNoPlace(timeMs, this.#options.frameMs);
  }

  /** Called a few times a second: writes silence while no audio comes. */
  tick(nowMs: number): void {
    // A stream that began and stopped again must not be kept back.
    if (this.#hold.isOver(this.#options.clock.elapsedMs(), 0)) this.#release();
    this.pump();
    if (this.#options.queue.depth > 0 || this.end.isKnown) return;
    this.#silenceUntil(nowMs - (this.isLive ? silenceBehindMs.starving : silenceBehindMs.absent));
  }

  /** As {@link EndingWriter} says: silence stands for what has not come. */
  close(): void {
    this.end.close();
    this.#release();
    this.#afterWrite();
  }

  /** As {@link EndingWriter} says. */
  get isDrained(): boolean {
    const { inFlight, queue } = this.#options;
    if (queue.depth > 0 || inFlight.taken > 0) return false;
    return !this.end.isClosed || this.#encoder === null || this.end.atMs - this.handedMs < 1;
  }

  readonly #afterWrite = (): void => {
    this.pump();
    if (this.end.isClosed && this.#options.queue.depth === 0) this.#silenceUntil(this.end.atMs);
    this.#options.onPassed?.();
    if (this.isDrained) this.#options.onDrained();
  };

  #silenceUntil(untilMs: number): void {
    while (this.#encoder !== null && untilMs - this.handedMs >= 1 && this.#options.inFlight.hasLeft) {
      this.timeline.interrupt();
      this.#writeSilence(this.#encoder, untilMs - this.handedMs, this.isLive);
    }
  }

  #writeSilence(encoder: SegmentEncoder, gapMs: number, isLoss: boolean): void {
    if (!this.#options.inFlight.tryAcquire()) return;
    const stepMs = Math.min(Math.floor(gapMs), silenceStepMs);
    this.handedMs += stepMs;
    this.#silent.wrote(stepMs, this.handedMs, isLoss);
    this.timeline.filled(stepMs);
    const pcm = silence.subarray(0, stepMs * pcmBytesPerMs);
    const onWritten = (): void => {
      this.#options.inFlight.release();
      this.#afterWrite();
    };
    encoder.writeAudio(this.handedMs - stepMs - this.#segmentStartMs, pcm, onWritten, true);
  }

  /** @returns whether the wave that follows was written with some of it repeated, or left out */
  #moveIfDue(encoder: SegmentEncoder, positionMs: number): boolean {
    const { frameMs, queue } = this.#options;
    const errorMs = this.#former.frames > 0 ? 0 : this.timeline.driftBefore(positionMs, this.handedMs);
    if (errorMs === 0 || !this.#splice.readAhead(queue, positionMs, frameMs)) return false;
    const splice = this.#splice.find(errorMs);
    const block = this.timeline.corrections.isDue(errorMs, splice) ? this.#blocks.take() : null;
    if (block === null) return false;
    const { frames, bytes } = this.#splice.make(splice.samples, frameMs, block);
    for (let left = frames; left > 0; left -= 1) this.timeline.passed(queue.dequeue()?.timeMs ?? 0);
    this.#write(encoder, block, frames, bytes);
    this.timeline.moved((1000 * splice.samples) / pcmFormat.sampleRateHz);
    return true;
  }

  #writeBlock(encoder: SegmentEncoder): void {
    const { queue } = this.#options;
    const block = this.#blocks.take();
    if (block === null) return;
    const isFormer = this.#former.frames > 0;
    let frames = 0;
    while (frames < mostFramesPerBlock) {
      const positionMs = queue.peekTimeMs();
      if (positionMs === undefined || !this.#isHeadDue) break;
      const isNext = frames === 0 || isFormer || this.timeline.isNext(positionMs);
      const audio = isNext && isFormer === this.#former.frames > 0 ? queue.dequeue() : undefined;
      if (audio === undefined) break;
      if (isFormer) this.#former.frames -= 1;
      else this.timeline.passed(positionMs);
      block.set(audio.pcm, frames * queue.frameBytes);
      frames += 1;
    }
    this.#write(encoder, block, frames, frames * queue.frameBytes, isFormer);
  }

  #write(encoder: SegmentEncoder, block: Uint8Array, frames: number, bytes: number, isFormer = false): void {
    const gapMs = this.handedMs - this.#heardEndMs;
    if (this.#isExpected && gapMs > longGapMs) this.#options.onGap(gapMs);
    this.#isExpected = isFormer ? this.#former.isLive : this.isLive;
    const pcm = block.subarray(0, bytes);
    const atMs = this.handedMs - this.#segmentStartMs;
    this.#heardEndMs = this.handedMs += bytes / pcmBytesPerMs;
    this.#splice.wrote(pcm);
    encoder.writeAudio(atMs, pcm, (written) => {
      for (let frame = 0; frame < frames; frame += 1) {
        if (written) this.#options.accounting.writeQueued();
        else this.#options.accounting.dropQueued('sinkFailed');
      }
      this.#blocks.release(block);
      this.#afterWrite();
    });
  }
}
