import { setTimeout as wait } from 'node:timers/promises';
import type { Recorder } from '../recorder/recorder.js';
import { byTime } from '../recorder/take-end.js';

/** What a take with a set end needs of the console. */
export interface TimedTakeHooks {
  readonly startTake: () => Promise<{ takeName: string }>;
  readonly onChanged: () => void;
  /** Its take could not be finalized, or something in it could not be done. */
  readonly onFailed: (thrown: unknown) => void;
}

/** How often it is looked whether a take that is paused goes on, in milliseconds. */
const shortestWaitMs = 200;

/** An ordinary take that ends by itself after a time, unless it ends before. */
export class TimedTake {
  readonly #recorder: Recorder;
  readonly #hooks: TimedTakeHooks;
  #ending: AbortController | null = null;

  /** @param onEnded the take is over, however it has ended */
  constructor(recorder: Recorder, hooks: TimedTakeHooks, onEnded: () => void) {
    this.#recorder = recorder;
    this.#hooks = hooks;
    recorder.on('state', (state) => {
      // By its time, by a person, by a full disk.
      if (this.#ending === null || state === 'recording') return;
      this.#ending.abort();
      this.#ending = null;
      onEnded();
      hooks.onChanged();
    });
  }

  /**
   * Starts the take.
   *
   * @param onStarted hears of it before any console does
   * @returns its name, and a signal that is aborted when it is over
   * @throws PlateauError when the take cannot be started
   */
  async start(
    durationMs: number,
    onStarted: (take: { readonly takeName: string; readonly startedAt: string }) => void,
  ): Promise<{ takeName: string; over: AbortSignal }> {
    const { takeName } = await this.#hooks.startTake();
    const ending = new AbortController();
    this.#ending = ending;
    onStarted({ takeName, startedAt: new Date().toISOString() });
    this.#hooks.onChanged();
    void this.#stopAfter(durationMs, ending.signal);
    return { takeName, over: ending.signal };
  }

  async #stopAfter(durationMs: number, signal: AbortSignal): Promise<void> {
    const startedMs = performance.now();
    let leftMs = durationMs;
    // Its time is what is recorded: a pause does not count.
    while (leftMs > 0 && (await wait(leftMs, true, { signal }).catch(() => false))) {
      const pausedMs = this.#recorder.take?.pausedMs ?? 0;
      leftMs = Math.max(0, durationMs + pausedMs - (performance.now() - startedMs));
      if (leftMs > 0 && leftMs < shortestWaitMs) leftMs = shortestWaitMs;
    }
    if (!signal.aborted) await this.#recorder.stopTake(byTime).catch(this.#hooks.onFailed);
  }
}
