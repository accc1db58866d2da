import type { CopyTrack } from '../contract.js';
import { type EncodedFrame, ticksBetween } from '../frames/encoded-frame.js';
import type { SenderTimeline } from './sender-timeline.js';

/** So long frames wait for the sender to say what its time stamps mean, in milliseconds. */
const patienceMs = 3_000;
/** So many bytes of them wait at most; then they are written by when they came. */
export const untimedBytes = 8 * 1024 * 1024;

/** A frame and its time on our clock, in milliseconds. */
export interface TimedFrame {
  readonly frame: EncodedFrame;
  readonly timeMs: number;
}

/**
 * Gives a track's frames their times. Until the first report of the sender they wait, for three seconds at most; a sender that
 * sends none is followed by its time stamps from the first frame's arrival on.
 */
export class FrameTimes {
  readonly #track: Pick<CopyTrack, 'timeOf' | 'clockRate'>;
  readonly #timeline: SenderTimeline;
  readonly #onTimed: (timed: TimedFrame) => void;
  #waiting: EncodedFrame[] = [];
  #waitingBytes = 0;
  /** Of a sender that reports nothing: a time stamp, and when it came. */
  #assumed: { readonly timestamp: number; readonly timeMs: number } | null = null;

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
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const { arrivedMs, timestamp } of waiting) {
      const senderMs = this.#track.timeOf(timestamp);
      if (senderMs !== null) this.#timeline.announce(senderMs, arrivedMs);
    }
    for (const frame of waiting) this.#onTimed({ frame, timeMs: this.#timeOf(frame) });
  }

  #timeOf({ arrivedMs, timestamp }: EncodedFrame): number {
    const senderMs = this.#track.timeOf(timestamp);
    if (senderMs !== null) return this.#timeline.timeOf(senderMs, arrivedMs);
    this.#assumed ??= { timestamp, timeMs: arrivedMs };
    const ticks = ticksBetween(this.#assumed.timestamp, timestamp);
    const timeMs = this.#assumed.timeMs + (ticks * 1000) / this.#track.clockRate;
    // Moved on, because the distance of two time stamps is only known within half of their range.
    this.#assumed = { timestamp, timeMs };
    return timeMs;
  }
}
