import { setTimeout as wait } from 'node:timers/promises';
import type { Soak } from '../contract/console.js';
import type { Recorder } from '../recorder/recorder.js';
import { memoryOutcome } from '../telemetry/memory-outcome.js';

export interface ConsoleSoakHooks {
  readonly startTake: () => Promise<{ takeName: string }>;
  readonly onChanged: () => void;
  /** Its take could not be finalized. */
  readonly onFailed: (thrown: unknown) => void;
}

/** The soak behind the console's button: an ordinary take, whose end is set and whose memory is judged. */
export class ConsoleSoak {
  readonly #recorder: Recorder;
  readonly #hooks: ConsoleSoakHooks;
  #soak: Soak | null = null;
  #ending: AbortController | null = null;

  constructor(recorder: Recorder, hooks: ConsoleSoakHooks) {
    this.#recorder = recorder;
    this.#hooks = hooks;
    recorder.on('snapshot', (snapshot) => {
      if (this.#soak?.isRunning !== true || snapshot.state !== 'recording') return;
      this.#soak = { ...this.#soak, outcome: memoryOutcome(snapshot, this.#soak.outcome) };
    });
    recorder.on('state', (state) => {
      // However the take ends: by its time, by a person, by a full disk.
      if (this.#soak?.isRunning === true && state !== 'recording') this.#end();
      if (state === 'connecting') this.#soak = null;
    });
  }

  /** The outcome is told at the end: what is known before it can change still. */
  get soak(): Soak | null {
    return this.#soak?.isRunning === true ? { ...this.#soak, outcome: null } : this.#soak;
  }

  /**
   * Starts a take that ends after some minutes, unless it ends before.
   *
   * @throws PlateauError when the take cannot be started
   */
  async start(minutes: number): Promise<{ takeName: string }> {
    const { takeName } = await this.#hooks.startTake();
    const startedAt = new Date().toISOString();
    this.#soak = { takeName, minutes, startedAt, outcome: null, isRunning: true };
    this.#hooks.onChanged();
    const ending = new AbortController();
    this.#ending = ending;
    void this.#stopAfter(minutes * 60_000, ending.signal);
    return { takeName };
  }

  async #stopAfter(durationMs: number, signal: AbortSignal): Promise<void> {
    const isTime = await wait(durationMs, true, { signal }).catch(() => false);
    if (isTime) await this.#recorder.stopTake().catch(this.#hooks.onFailed);
  }

  #end(): void {
    this.#ending?.abort();
    this.#ending = null;
    if (this.#soak !== null) this.#soak = { ...this.#soak, isRunning: false };
    this.#hooks.onChanged();
  }
}
