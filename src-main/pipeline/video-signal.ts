import { signalRules } from '../contract/limits.js';
import type { SignalAlarmKind } from '../contract/signal-alarms.js';
import { FrozenVideo } from './frozen-video.js';
import { OwnInterval } from './own-interval.js';
import { endOfTrackFrameMaxPixels, type VideoFrame } from './video-frame.js';

/** A source that is this many of its own intervals late is not just slow. */
const lateIntervals = 3;
/** Of a screen that does not change, so many complete frames without one that was decoded are no accident. */
const undecodedFrames = 5;
/** A picture that comes more seldom than this is a slide, not a camera that hangs. */
const leastFrozenFps = 5;
/** Fewer frames in a window tell nothing of a rate. */
const leastFramesInWindow = 25;
/** A rate that falls without packets that are lost is the source's own. */
const leastLossShare = 0.02;

/** What is known of a video track at the moment. */
export interface VideoSignalReading {
  /** Since the last call, in milliseconds; a time in which this process stood still is left out. */
  readonly elapsedMs: number;
  /** It is subscribed, not muted, and its frames flow; null while it is being subscribed anew. */
  readonly isOn: boolean | null;
  /** Complete frames that WebRTC received, decoded or not; 0 before the first. */
  readonly framesReceived: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
}

/** Counters at the start of a window. */
interface RateWindow {
  readonly frames: number;
  readonly framesReceived: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
}

/**
 * Notices a video track that is on and delivers nothing, the same frame over and over, or much less than its source
 * sends. A low frame rate of the source itself is none of it.
 */
export class VideoSignal {
  /** For how long it has been so, for the alarm that {@link VideoSignal.judge} returned, in milliseconds. */
  durationMs = 0;
  /** Whether frames have come between the last two calls. */
  isDelivering = false;
  readonly #canPause: boolean;
  readonly #frozen = new FrozenVideo();
  readonly #interval = new OwnInterval();
  #frames = 0;
  #seenFrames = 0;
  #framesAtStart = 0;
  #silentMs = 0;
  #frozenMs = 0;
  #seenChanges = 0;
  #receivedAtFrame = 0;
  #windowMs = 0;
  #window: RateWindow | null = null;
  #isLow = false;

  /** @param canPause a screen that does not change sends no frames */
  constructor(canPause: boolean) {
    this.#canPause = canPause;
  }

  /** Whether a frame has come since the start, or the last restart. */
  get hadSignal(): boolean {
    return this.#frames > this.#framesAtStart;
  }

  /** Looks at a frame as it arrives; may copy it during the call, and neither keeps it nor gives it back. */
  onVideoFrame(frame: VideoFrame): void {
    if (frame.width * frame.height <= endOfTrackFrameMaxPixels) return;
    this.#frames += 1;
    this.#interval.note(frame.arrivalUs);
    if (!this.#canPause) this.#frozen.note(frame);
  }

  /** What comes from now on is judged by itself: a take begins, or the track was unmuted. */
  restart(): void {
    this.#framesAtStart = this.#frames;
    this.#interval.restart();
    this.#silentMs = 0;
    this.#frozenMs = 0;
    this.#window = null;
    this.#windowMs = 0;
    this.#isLow = false;
  }

  /** Called a few times a second. @returns what is wrong; null when nothing is */
  judge(reading: VideoSignalReading): SignalAlarmKind | null {
    this.isDelivering = reading.isOn === true && this.#frames !== this.#seenFrames;
    const lasting = reading.isOn === null ? this.#lasting(reading) : null;
    if (reading.isOn !== true && lasting === null) this.restart();
    if (reading.isOn !== true) return lasting;
    const hasFrames = this.#frames !== this.#seenFrames;
    this.#seenFrames = this.#frames;
    if (hasFrames) {
      this.#silentMs = 0;
      this.#receivedAtFrame = reading.framesReceived;
    } else {
      this.#silentMs += reading.elapsedMs;
    }
    this.#measureFrozen(reading.elapsedMs);
    this.#measureRate(reading);
    return this.#lasting(reading);
  }

  /** What is wrong as far as it was measured. While a track is subscribed anew it is not over. */
  #lasting(reading: VideoSignalReading): SignalAlarmKind | null {
    // A fresh stream is counted from 0 on.
    if (reading.isOn === null) this.#window = null;
    if (this.#isMissing(reading)) return this.#alarm('noFrames', this.#silentMs);
    const isFrozen =
      this.#frozenMs >= signalRules.frozenAfterMs &&
      this.#frozen.frames >= (leastFrozenFps * signalRules.frozenAfterMs) / 1000;
    if (isFrozen) return this.#alarm('frozenVideo', this.#frozenMs);
    return this.#isLow ? this.#alarm('lowFrameRate', signalRules.rateWindowMs) : null;
  }

  #alarm(kind: SignalAlarmKind, durationMs: number): SignalAlarmKind {
    this.durationMs = durationMs;
    return kind;
  }

  #isMissing({ framesReceived }: VideoSignalReading): boolean {
    if (!this.hadSignal) return this.#silentMs >= signalRules.nothingAfterMs;
    if (this.#canPause && framesReceived - this.#receivedAtFrame < undecodedFrames) return false;
    const patienceMs = Math.max(signalRules.nothingAfterMs, lateIntervals * this.#interval.longestMs);
    return this.#silentMs >= patienceMs;
  }

  #measureFrozen(elapsedMs: number): void {
    const { changes } = this.#frozen;
    this.#frozenMs = changes === this.#seenChanges && this.hadSignal ? this.#frozenMs + elapsedMs : 0;
    this.#seenChanges = changes;
  }

  #measureRate(reading: VideoSignalReading): void {
    if (this.#canPause) return;
    this.#windowMs += reading.elapsedMs;
    const { framesReceived, packetsLost, packetsReceived } = reading;
    if (this.#window !== null && this.#windowMs < signalRules.rateWindowMs) return;
    if (this.#window !== null) this.#isLow = this.#isBelowSource(reading, this.#window);
    this.#window = { frames: this.#frames, framesReceived, packetsLost, packetsReceived };
    this.#windowMs = 0;
  }

  #isBelowSource(now: VideoSignalReading, then: RateWindow): boolean {
    const delivered = this.#frames - then.frames;
    const received = now.framesReceived - then.framesReceived;
    const lost = now.packetsLost - then.packetsLost;
    const packets = now.packetsReceived - then.packetsReceived + lost;
    const isLossy = packets > 0 && lost / packets >= leastLossShare;
    // What was lost on the way is no frame that WebRTC received: then the intervals tell how many there should be.
    const sent = isLossy ? Math.max(received, delivered / this.#interval.shareOfFrames) : received;
    return sent >= leastFramesInWindow && delivered < signalRules.leastShareOfFrames * sent;
  }
}
