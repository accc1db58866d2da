import { Worker } from 'node:worker_threads';
import { StreamTable } from './stream-table.js';
import type { WatchdogData } from './watchdog-thread.js';

/** Six beats in the 300 ms after which streams are closed: one that is late does not look like a blocked loop. */
const beatEveryMs = 50;
const checkEveryMs = 50;

/** Shorter ones leave no trace in what WebRTC plays out: its buffers are as long (measured). */
const standstillMs = 200;
/** The two threads wake one after the other: what both noticed within this time was one standstill. */
const noticedWithinMs = 1000;

/** The thread holds one loop and the addon; a small heap is enough and keeps the process small. */
const threadLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 } as const;

/**
 * Bounds what piles up between the native side and a blocked event loop: a thread of its own closes
 * the streams in {@link StreamWatchdog.table} when this loop has not turned for `lateAfterMs` of their kind.
 */
export class StreamWatchdog {
  readonly table = new StreamTable();
  readonly #worker: Worker;
  readonly #timer: NodeJS.Timeout;
  readonly #exited: Promise<void>;
  readonly #onStandstill: (ms: number) => void;
  #maxLateMs = 0;
  /** The latest long delay of this loop, which may have been of the whole process. */
  #late: { readonly ms: number; readonly atMs: number } = { ms: 0, atMs: -Infinity };
  #lastBeatMs = performance.now();

  /**
   * @param lateAfterMs how long the event loop may be blocked before streams are closed
   * @param onStandstill the whole process stood still for so long: neither thread ran, and what was sent waited
   */
  constructor(
    lateAfterMs: WatchdogData['lateAfterMs'],
    onError: (error: Error) => void,
    onStandstill: (ms: number) => void = () => undefined,
  ) {
    this.#onStandstill = onStandstill;
    const workerData: WatchdogData = { table: this.table.buffer, checkEveryMs, lateAfterMs, standstillMs };
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
      const lateMs = nowMs - this.#lastBeatMs - beatEveryMs;
      this.#maxLateMs = Math.max(this.#maxLateMs, lateMs);
      if (lateMs >= standstillMs) this.#late = { ms: lateMs, atMs: nowMs };
      this.#noticeStandstill(nowMs);
      this.#lastBeatMs = nowMs;
      this.table.beat();
    }, beatEveryMs);
    this.#timer.unref();
  }

  #noticeStandstill(nowMs: number): void {
    const threadMs = this.table.takeStandstillMs();
    if (nowMs - this.#late.atMs > noticedWithinMs) return;
    const bothMs = Math.min(this.#late.ms, threadMs);
    if (bothMs < standstillMs) return;
    this.#late = { ms: 0, atMs: -Infinity };
    this.#onStandstill(bothMs);
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
