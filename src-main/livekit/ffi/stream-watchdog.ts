import { Worker } from 'node:worker_threads';
import { StreamTable } from './stream-table.js';
import type { WatchdogData } from './watchdog-thread.js';

/** Six beats in the 300 ms after which streams are closed: one that is late does not look like a blocked loop. */
const beatEveryMs = 50;
const checkEveryMs = 50;

/** The thread holds one loop and the addon; a small heap is enough and keeps the process small. */
const threadLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 } as const;

/**
 * Bounds what piles up between the native side and a blocked event loop: a thread of its own closes
 * the streams in {@link StreamWatchdog.table} when this loop has not turned for `lateAfterMs`.
 */
export class StreamWatchdog {
  readonly table = new StreamTable();
  readonly #worker: Worker;
  readonly #timer: NodeJS.Timeout;
  readonly #exited: Promise<void>;
  #maxLateMs = 0;
  #lastBeatMs = performance.now();

  /** @param lateAfterMs how long the event loop may be blocked before streams are closed */
  constructor(lateAfterMs: number, onError: (error: Error) => void) {
    const workerData: WatchdogData = { table: this.table.buffer, checkEveryMs, lateAfterMs };
    this.#worker = new Worker(new URL('./watchdog-thread.js', import.meta.url), {
      workerData,
      resourceLimits: threadLimits,
    });
    this.#worker.on('error', onError);
    this.#exited = new Promise((resolve) =>
      this.#worker.once('exit', () => {
        resolve();
      }),
    );
    this.#worker.unref();
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      this.#maxLateMs = Math.max(this.#maxLateMs, nowMs - this.#lastBeatMs - beatEveryMs);
      this.#lastBeatMs = nowMs;
      this.table.beat();
    }, beatEveryMs);
    this.#timer.unref();
  }

  /** How late the event loop was at worst since the last call, in milliseconds. */
  drainMaxLateMs(): number {
    const max = this.#maxLateMs;
    this.#maxLateMs = 0;
    return max;
  }

  /** Ends the thread and waits for it. Streams that are still open are not watched any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.table.stop();
    await this.#exited;
  }
}
