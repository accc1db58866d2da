import type { Soak } from '../contract/soak.js';
import type { Recorder } from '../recorder/recorder.js';
import { memoryOutcome } from '../telemetry/memory-outcome.js';
import { TimedTake, type TimedTakeHooks } from './timed-take.js';

/** The soak behind the console's button: an ordinary take, whose end is set and whose memory is judged. */
export class ConsoleSoak {
  readonly #take: TimedTake;
  #soak: Soak | null = null;
  #isFollowed = false;

  constructor(recorder: Recorder, hooks: TimedTakeHooks) {
    this.#take = new TimedTake(recorder, hooks, () => {
      if (this.#soak !== null) this.#soak = { ...this.#soak, isRunning: false };
    });
    recorder.on('snapshot', (snapshot) => {
      if (this.#soak === null || !this.#isFollowed || snapshot.takeMs === null) return;
      this.#soak = { ...this.#soak, outcome: memoryOutcome(snapshot, this.#soak.outcome) };
    });
    recorder.on('state', (state) => {
      if (state === 'connecting') this.#soak = null;
      // Its files play: the peak is known, and what follows is another take's.
      if (state === 'ready' || state === 'idle') this.#isFollowed = false;
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
    const { takeName } = await this.#take.start(minutes * 60_000, (take) => {
      this.#soak = { ...take, minutes, outcome: null, isRunning: true };
      this.#isFollowed = true;
    });
    return { takeName };
  }
}
