import { ExtendedNumber } from './extended-number.js';

/** What a sender report says: that the RTP clock showed this at that time. */
export interface ClockReport {
  /** Unix milliseconds. */
  readonly ntpMs: number;
  /** 32 bit. */
  readonly rtpTimestamp: number;
}

/** One report is up to 8 ms off, once 50 ms (measured): the middle of so many is right. */
const reportsKept = 10;
/** How fast the mapping follows what the reports say: 1 ms in a second cannot be heard or seen. */
const slewMsPerMs = 0.001;
/** The sender's clock was set. Nothing that drifts gets so far. */
const stepMs = 1_000;
/** So many reports in a row that say the same are no error of theirs. */
const agreeing = { reports: 3, withinMs: 20 };
/** By so much more than the mapping: the sender stood still. Less is neither heard nor seen. */
const standstillMs = 60;

/**
 * Maps a stream's RTP times to the sender's clock, as its sender reports say. The mapping begins with the first
 * report, follows the median of the last ten, and slews by 1 ms a second at most, so that times that rise stay so. A
 * new stream of the same track ({@link restart}) begins anew on the same clock.
 *
 * Browsers count the samples of a microphone instead of its time: one that stood still, or was changed for another device, goes on
 * where it was, and all that follows would be as early. Three reports that agree put it where it belongs, behind silence.
 */
export class SenderClock {
  readonly #ticksPerMs: number;
  #timestamps = new ExtendedNumber(32);
  /** For each of the last reports: its time less what the RTP clock showed, in milliseconds. */
  #offsetsMs: number[] = [];
  /** Where the mapping stands, from an RTP time on. */
  #anchor: { readonly atMs: number; readonly offsetMs: number } | null = null;
  #targetMs = 0;
  #steps = 0;

  /** @param clockRate ticks in a second */
  constructor(clockRate: number) {
    this.#ticksPerMs = clockRate / 1000;
  }

  /** How often the sender's clock was set, by a second or more. */
  get steps(): number {
    return this.#steps;
  }

  /** Takes a sender report of this stream. */
  report({ ntpMs, rtpTimestamp }: ClockReport): void {
    const rtpMs = this.#extend(rtpTimestamp) / this.#ticksPerMs;
    this.#offsetsMs.push(ntpMs - rtpMs);
    if (this.#offsetsMs.length > reportsKept) this.#offsetsMs.shift();
    const targetMs = median(this.#offsetsMs);
    // Further slewing begins where the mapping stands, never behind a time that was already given.
    const atMs = Math.max(rtpMs, this.#anchor?.atMs ?? rtpMs);
    const offsetMs = this.#anchor === null ? targetMs : this.#offsetAt(atMs);
    const wasSet = Math.abs(targetMs - offsetMs) >= stepMs;
    const toMs = wasSet ? targetMs : this.#agreedBehind(offsetMs);
    if (toMs !== null && Math.abs(toMs - offsetMs) >= stepMs) this.#steps += 1;
    this.#targetMs = toMs ?? targetMs;
    this.#anchor = { atMs, offsetMs: toMs ?? offsetMs };
  }

  /** What the last reports agree on, when the sender stood still before them; those before say nothing any more. */
  #agreedBehind(offsetMs: number): number | null {
    const last = this.#offsetsMs.slice(-agreeing.reports);
    const least = Math.min(...last);
    const isSure = last.length === agreeing.reports && Math.max(...last) - least <= agreeing.withinMs;
    if (!isSure || least - offsetMs < standstillMs) return null;
    this.#offsetsMs = last;
    return median(last);
  }

  /** The sender's clock at an RTP time: Unix milliseconds, or null before the first report. */
  timeOf(rtpTimestamp: number): number | null {
    if (this.#anchor === null) return null;
    const rtpMs = this.#extend(rtpTimestamp) / this.#ticksPerMs;
    return rtpMs + this.#offsetAt(rtpMs);
  }

  /** Another stream follows, whose RTP times begin anywhere. */
  restart(): void {
    this.#timestamps = new ExtendedNumber(32);
    this.#offsetsMs = [];
    this.#anchor = null;
  }

  /** Video frames and reports come in any order, a few seconds apart: half the range is 6 to 12 hours. */
  #extend(rtpTimestamp: number): number {
    return this.#timestamps.extend(rtpTimestamp);
  }

  #offsetAt(rtpMs: number): number {
    if (this.#anchor === null) return 0;
    const { atMs, offsetMs } = this.#anchor;
    const mostMs = Math.max(0, rtpMs - atMs) * slewMsPerMs;
    return offsetMs + Math.min(mostMs, Math.max(-mostMs, this.#targetMs - offsetMs));
  }
}

/** Of an even number the lower one: between a clock before it was set and after there is no middle. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] ?? 0;
}
