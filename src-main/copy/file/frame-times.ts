import type { CopyTrack } from '../contract.js';
import { type EncodedFrame, ticksBetween } from '../frames/encoded-frame.js';
import type { SenderTimeline } from './sender-timeline.js';

/** So long frames wait for the sender to say what its time stamps mean, in milliseconds. */
const patienceMs = 3_000;
/** So many bytes of them wait at most; then they are written by when they came. */
export const untimedBytes = 8 * 1024 * 1024;
/** A time stamp so far from when it came is of another stream, whose time stamps begin anywhere. In milliseconds. */
const strangeMs = 10_000;

/** A frame and its time on our clock, in milliseconds. */
export interface TimedFrame {
  readonly frame: EncodedFrame;
  readonly timeMs: number;
}

/** Of a sender that reports nothing: a time stamp, and its time on our clock. */
interface Assumed {
  readonly timestamp: number;
  readonly timeMs: number;
}

/**
 * Gives a track's frames their times. Until the first report of the sender they wait, for three seconds at most; then it is followed
 * by its time stamps, from the quickest of the frames that waited on. The first report changes that to the sender's clock, which
 * begins where the times stood: libwebrtc sends the first one of a microphone five seconds after it was published, and a frame that
 * came late in that moment would put all that follows as late.
 */
export class FrameTimes {
  readonly #track: Pick<CopyTrack, 'timeOf' | 'clockRate'>;
  readonly #timeline: SenderTimeline;
  readonly #onTimed: (timed: TimedFrame) => void;
  #waiting: EncodedFrame[] = [];
  #waitingBytes = 0;
  /** Null until it is needed, and once the sender has reported. */
  #assumed: Assumed | null = null;

  constructor(
    track: Pick<CopyTrack, 'timeOf' | 'clockRate'>,
    timeline: SenderTimeline,
    onTimed: (timed: TimedFrame) => void,
  ) {
    this.#track = track;
    this.#timeline = timeline;
    this.#onTimed = onTimed;
  }

  /** How many frames wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** When the first of the frames that wait came; null while none does. */
  get waitsSinceMs(): number | null {
    return this.#waiting[0]?.arrivedMs ?? null;
  }

  /** Bytes of the frames that wait. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** When a frame was captured, on our clock, as far as it is known: else when it came. Nothing is changed by it. */
  about(timestamp: number, arrivedMs: number): number {
    const senderMs = this.#track.timeOf(timestamp);
    return senderMs === null ? arrivedMs : this.#timeline.about(senderMs, arrivedMs);
  }

  /** Takes the next frame of the track. */
  push(frame: EncodedFrame): void {
    this.#waiting.push(frame);
    this.#waitingBytes += frame.data.length;
    this.tick(frame.arrivedMs);
  }

  /** Looks whether the frames that wait can go on. To be called now and then, when nothing comes. */
  tick(nowMs: number): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    const isKnown = this.#track.timeOf(first.timestamp) !== null;
    const isOver = nowMs - first.arrivedMs >= patienceMs || this.#waitingBytes >= untimedBytes;
    if (isKnown || isOver || this.#assumed !== null) this.release();
  }

  /** Hands over all that wait, whatever is known. */
  release(): void {
    const waiting = this.#waiting;
    const [first] = waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (first === undefined) return;
    if (this.#track.timeOf(first.timestamp) === null) this.#assumed ??= this.#quickestOf(waiting, first);
    else this.#announce(waiting);
    for (const frame of waiting) this.#onTimed({ frame, timeMs: this.#timeOf(frame) });
  }

  /** When the first of them would have come, had it been as quick as the quickest one. */
  #quickestOf(waiting: readonly EncodedFrame[], { timestamp }: EncodedFrame): Assumed {
    const sentMs = (frame: EncodedFrame): number => this.#msBetween(timestamp, frame.timestamp);
    return { timestamp, timeMs: Math.min(...waiting.map((frame) => frame.arrivedMs - sentMs(frame))) };
  }

  /** The sender's clock is known: it begins by what was assumed, or by the quickest of what waited. */
  #announce(waiting: readonly EncodedFrame[]): void {
    const before = this.#assumed;
    this.#assumed = null;
    const known = before === null ? waiting : [{ timestamp: before.timestamp, arrivedMs: before.timeMs }];
    for (const { arrivedMs, timestamp } of known) {
      const senderMs = this.#track.timeOf(timestamp);
      if (senderMs !== null) this.#timeline.announce(senderMs, arrivedMs);
    }
  }

  #msBetween(from: number, to: number): number {
    return (ticksBetween(from, to) * 1000) / this.#track.clockRate;
  }

  #timeOf({ arrivedMs, timestamp }: EncodedFrame): number {
    const senderMs = this.#track.timeOf(timestamp);
    if (senderMs !== null) return this.#timeline.timeOf(senderMs, arrivedMs);
    const assumed = this.#assumed;
    const assumedMs =
      assumed === null ? arrivedMs : assumed.timeMs + this.#msBetween(assumed.timestamp, timestamp);
    const timeMs = Math.abs(assumedMs - arrivedMs) > strangeMs ? arrivedMs : assumedMs;
    // Moved on, because the distance of two time stamps is only known within half of their range.
    this.#assumed = { timestamp, timeMs };
    return timeMs;
  }
}
