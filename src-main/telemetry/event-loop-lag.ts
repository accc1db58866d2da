import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop was over the last whole second, in milliseconds. */
export interface EventLoopLagReading {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/**
 * How often Node's timer looks; finer would wake an idle process for nothing. The window is that of a telemetry line.
 */
const resolutionMs = 20;
const windowMs = 1000;

/**
 * Event-loop lag by Node's own histogram, whose timer lives on the native side: nothing is allocated for
 * a sample. What it records is the whole interval; the timer's resolution is taken off.
 */
export class EventLoopLag {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  #reading: EventLoopLagReading = { p50Ms: 0, p99Ms: 0, maxMs: 0 };
  #readAtMs = 0;

  /** Begins to measure; idempotent. */
  start(): void {
    this.#histogram.enable();
  }

  /** Ends measuring and forgets what was measured. */
  stop(): void {
    this.#histogram.disable();
    this.#histogram.reset();
  }

  /** The figures of the last window; a new window begins after a second. */
  read(nowMs: number): EventLoopLagReading {
    if (nowMs - this.#readAtMs < windowMs) return this.#reading;
    this.#readAtMs = nowMs;
    if (this.#histogram.count === 0) return this.#reading;
    this.#reading = {
      p50Ms: lateMs(this.#histogram.percentile(50)),
      p99Ms: lateMs(this.#histogram.percentile(99)),
      maxMs: lateMs(this.#histogram.max),
    };
    this.#histogram.reset();
    return this.#reading;
  }
}

function lateMs(intervalNs: number): number {
  return Math.max(0, Math.round((intervalNs / 1e6 - resolutionMs) * 100) / 100);
}
