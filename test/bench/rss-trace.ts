import { median } from '#engine/telemetry/flatness.js';
import { rssBytesOf } from '#engine/telemetry/process-memory.js';

const megabyte = 1e6;

/** One reading of resident memory; null when it could not be read. */
export interface MemoryReading {
  readonly atMs: number;
  readonly rssBytes: number | null;
}

/** Reads another process's resident memory at fixed intervals, from outside: its own loop may be blocked. */
export class RssTrace {
  readonly readings: MemoryReading[] = [];
  readonly #timer: NodeJS.Timeout;

  /** @param onReading called with each reading, in megabytes */
  constructor(pid: number, everyMs: number, onReading: (rssMb: number) => void = () => undefined) {
    const read = (): void => {
      const rssBytes = rssBytesOf(pid);
      this.readings.push({ atMs: performance.now(), rssBytes });
      if (rssBytes !== null) onReading(rssBytes / megabyte);
    };
    read();
    this.#timer = setInterval(read, everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** NaN, which meets no target, when nothing could be read in that time. */
  maxMb(fromMs = -Infinity, toMs = Infinity): number {
    const values = this.#between(fromMs, toMs);
    return values.length === 0 ? NaN : Math.max(...values);
  }

  medianMb(fromMs: number, toMs: number): number {
    return median(this.#between(fromMs, toMs));
  }

  #between(fromMs: number, toMs: number): number[] {
    const values: number[] = [];
    for (const { atMs, rssBytes } of this.readings) {
      if (rssBytes !== null && atMs >= fromMs && atMs <= toMs) values.push(rssBytes / megabyte);
    }
    return values;
  }
}
