import type { FrameAccounting } from '../pipeline/accounting.js';
import { AudioClock } from '../pipeline/audio-clock.js';
import { type AudioQueue, pcmBytesPerMs } from '../pipeline/audio-queue.js';
import { PlayoutOffset } from '../pipeline/playout-offset.js';
import type { Semaphore } from '../pipeline/semaphore.js';
import type { TakeClock } from '../pipeline/take-clock.js';
import type { SegmentEncoder } from './live-encoder.js';

/** Differences up to this are left to ffmpeg's resampler, which stretches; larger ones are silence. */
const gapToleranceMs = 40;
/** Frames are handed over in blocks of this many: fewer writes, and still well below a video interval's lateness. */
const framesPerBlock = 4;
/** Silence goes out in steps, each bounded by a permit. */
const silenceStepMs = 500;
/** How far behind now silence may be written: nothing that is still on its way may fall into it. */
const silenceBehindMs = { absent: 200, starving: 1000 } as const;

const silence = new Uint8Array(silenceStepMs * pcmBytesPerMs);

export interface AudioTrackWriterOptions {
  readonly clock: TakeClock;
  readonly queue: AudioQueue;
  readonly inFlight: Semaphore;
  readonly accounting: FrameAccounting;
  /** Milliseconds of PCM in each frame. */
  readonly frameMs: number;
  /** Frames were missing and the timeline shows silence instead. */
  readonly onGap: (gapMs: number) => void;
  /** Nothing is queued or in flight any more. */
  readonly onDrained: () => void;
}

/**
 * The audio half of a sink: one continuous stream of samples on the take's timeline, silence wherever
 * no audio came. Nothing is ever shifted: each block carries its own time.
 */
export class AudioTrackWriter {
  /** Taken off each frame's time. */
  readonly playoutOffset = new PlayoutOffset();
  readonly #options: AudioTrackWriterOptions;
  #clock = new AudioClock();
  #encoder: SegmentEncoder | null = null;
  /** Why there is no encoder: what comes meanwhile is lost when it failed. */
  #absence: 'sinkFailed' | 'notRecording' = 'notRecording';
  #segmentStartMs = 0;
  /** End of what was handed over. */
  #writtenEndMs = 0;
  /** End of what was accepted. */
  #acceptedEndMs = 0;
  #isLive = false;
  /** The gap that is being filled has been reported. */
  #isInGap = false;
  /** End of the segment, once it is known: nothing later belongs to it. */
  #closesAtMs: number | null = null;
  #silenceMs = 0;
  #lostMs = 0;
  /** One block buffer for each permit: a buffer is free again when its write is done. */
  readonly #blocks: Uint8Array[];

  constructor(options: AudioTrackWriterOptions) {
    this.#options = options;
    this.#blocks = Array.from(
      { length: options.inFlight.permits },
      () => new Uint8Array(framesPerBlock * options.queue.frameBytes),
    );
  }

  /** Silence written where no audio had come, in milliseconds. */
  get silenceMs(): number {
    return this.#silenceMs;
  }

  /** The part of {@link silenceMs} during which audio was to be expected. */
  get lostMs(): number {
    return this.#lostMs;
  }

  /** How far the sample count has drifted from the monotonic clock; corrected, and shown. */
  get driftMs(): number {
    return this.#clock.driftMs;
  }

  /** Whether audio is expected: the track is subscribed and its stream has not ended. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /**
   * Begins a segment: from here audio goes to `encoder`. It stays its maker's to finish.
   *
   * @param segmentStartMs on the take's timeline
   */
  attach(encoder: SegmentEncoder, segmentStartMs: number): void {
    this.#encoder = encoder;
    this.#segmentStartMs = segmentStartMs;
    this.#writtenEndMs = segmentStartMs;
    this.#acceptedEndMs = segmentStartMs;
    this.#closesAtMs = null;
  }

  /** Ends a segment; what is queued is dropped and counted under `cause`. */
  detach(cause: 'sinkFailed' | 'notRecording'): void {
    this.#encoder = null;
    this.#absence = cause;
    this.#options.queue.clear(cause);
  }

  /** Frames of a new stream follow: their count starts anew. */
  streamStarted(): void {
    this.#clock = new AudioClock();
    this.#isLive = true;
  }

  /** The stream has ended: silence is written from here on. */
  streamEnded(): void {
    this.#isLive = false;
  }

  /**
   * Decides about one frame before it is copied: it is queued, or dropped and counted.
   *
   * @param arrivalUs when the frame came in, on the monotonic clock
   * @param copy copies its PCM out; only called when it is kept
   */
  offer(arrivalUs: number, copy: () => Uint8Array): void {
    const { accounting, clock, frameMs, queue } = this.#options;
    const playedMs = this.#clock.place(clock.toMs(arrivalUs), frameMs);
    const timeMs = playedMs - this.playoutOffset.at(playedMs);
    if (this.#encoder === null) {
      accounting.receiveAndDrop(this.#absence);
    } else if (!this.#isInSegment(timeMs)) {
      accounting.receiveAndDrop('notRecording');
    } else if (timeMs < this.#acceptedEndMs - gapToleranceMs) {
      accounting.receiveAndDrop('outOfOrder');
    } else if (queue.offer(timeMs, copy)) {
      this.#acceptedEndMs = timeMs + frameMs;
      if (queue.depth >= framesPerBlock) this.pump();
    }
  }

  #isInSegment(timeMs: number): boolean {
    return timeMs >= this.#segmentStartMs && (this.#closesAtMs === null || timeMs < this.#closesAtMs);
  }

  /** Hands over queued audio, and the silence before it, as long as permits are free. */
  pump(): void {
    const { inFlight, queue } = this.#options;
    while (this.#encoder !== null && queue.depth > 0 && inFlight.taken < inFlight.permits) {
      const gapMs = (queue.peekTimeMs() ?? 0) - this.#writtenEndMs;
      if (gapMs > gapToleranceMs) {
        if (this.#isLive && gapMs > silenceStepMs && !this.#isInGap) this.#options.onGap(gapMs);
        this.#isInGap = true;
        this.#writeSilence(this.#encoder, gapMs, this.#isLive);
      } else {
        this.#isInGap = false;
        this.#writeBlock(this.#encoder);
      }
    }
  }

  /** Called a few times a second: writes silence while no audio comes. */
  tick(nowMs: number): void {
    this.pump();
    if (this.#options.queue.depth > 0 || this.#closesAtMs !== null) return;
    const behindMs = this.#isLive ? silenceBehindMs.starving : silenceBehindMs.absent;
    this.#silenceUntil(nowMs - behindMs);
  }

  /**
   * Ends the segment at `endMs`: what is queued is still handed over, later frames are refused, and
   * silence lasts until the end.
   */
  close(endMs: number): void {
    this.#closesAtMs = endMs;
    this.#afterWrite();
  }

  /** Nothing is queued or in flight, and a closed segment is filled to its end. */
  get isDrained(): boolean {
    if (this.#options.queue.depth > 0 || this.#options.inFlight.taken > 0) return false;
    return this.#closesAtMs === null || this.#encoder === null || this.#closesAtMs - this.#writtenEndMs < 1;
  }

  readonly #afterWrite = (): void => {
    this.pump();
    if (this.#closesAtMs !== null && this.#options.queue.depth === 0) this.#silenceUntil(this.#closesAtMs);
    if (this.isDrained) this.#options.onDrained();
  };

  #silenceUntil(untilMs: number): void {
    const { inFlight } = this.#options;
    while (this.#encoder !== null && untilMs - this.#writtenEndMs >= 1 && inFlight.taken < inFlight.permits) {
      this.#writeSilence(this.#encoder, untilMs - this.#writtenEndMs, this.#isLive);
    }
  }

  #writeSilence(encoder: SegmentEncoder, gapMs: number, isLoss: boolean): void {
    const { inFlight } = this.#options;
    if (!inFlight.tryAcquire()) return;
    const stepMs = Math.min(Math.floor(gapMs), silenceStepMs);
    const timeMs = this.#writtenEndMs;
    this.#writtenEndMs += stepMs;
    this.#acceptedEndMs = Math.max(this.#acceptedEndMs, this.#writtenEndMs);
    this.#silenceMs += stepMs;
    if (isLoss) this.#lostMs += stepMs;
    encoder.writeAudio(timeMs - this.#segmentStartMs, silence.subarray(0, stepMs * pcmBytesPerMs), () => {
      inFlight.release();
      this.#afterWrite();
    });
  }

  #writeBlock(encoder: SegmentEncoder): void {
    const { accounting, frameMs, inFlight, queue } = this.#options;
    const block = this.#blocks.pop();
    if (block === undefined || !inFlight.tryAcquire()) return;
    const timeMs = queue.peekTimeMs() ?? this.#writtenEndMs;
    let frames = 0;
    let endMs = timeMs;
    while (frames < framesPerBlock) {
      const nextMs = queue.peekTimeMs();
      if (nextMs === undefined || Math.abs(nextMs - endMs) > frameMs) break;
      const audio = queue.dequeue();
      if (audio === undefined) break;
      block.set(audio.pcm, frames * queue.frameBytes);
      endMs = audio.timeMs + frameMs;
      frames += 1;
    }
    this.#writtenEndMs = endMs;
    encoder.writeAudio(
      timeMs - this.#segmentStartMs,
      block.subarray(0, frames * queue.frameBytes),
      (written) => {
        for (let frame = 0; frame < frames; frame += 1) {
          if (written) accounting.writeQueued();
          else accounting.dropQueued('sinkFailed');
        }
        this.#blocks.push(block);
        inFlight.release();
        this.#afterWrite();
      },
    );
  }
}
