import { setTimeout as wait } from 'node:timers/promises';
import { PlateauError } from '../contract/errors.js';
import { memoryPeak } from '../contract/memory-peak.js';
import type { Snapshot } from '../contract/snapshot.js';
import type { Show } from '../contract/unbounded.js';
import { besideSchedule } from '../lab/faults/beside-schedule.js';
import { followSchedule } from '../lab/faults/fault-schedule.js';
import type { Recorder } from '../recorder/recorder.js';
import type { ConsoleRoom } from './console-room.js';

/** Where the recorder without caps is stopped: enough to be seen, on a machine of 8 GB as well. */
const stopAtMegabytes = 2_000;

export interface ConsoleShowHooks {
  readonly startTake: () => Promise<{ takeName: string }>;
  readonly onChanged: () => void;
  /** A fault could not be started, or the take could not be finalized. */
  readonly onFailed: (thrown: unknown) => void;
}

/** What the caps are for, behind one button: a take of the demo room, and beside it the same without caps. */
export class ConsoleShow {
  readonly #recorder: Recorder;
  readonly #room: ConsoleRoom;
  readonly #hooks: ConsoleShowHooks;
  #show: Show | null = null;
  #ending: AbortController | null = null;

  constructor(recorder: Recorder, room: ConsoleRoom, hooks: ConsoleShowHooks) {
    this.#recorder = recorder;
    this.#room = room;
    this.#hooks = hooks;
    recorder.on('snapshot', (snapshot) => {
      if (this.#show?.isRunning === true && snapshot.state === 'recording')
        this.#show = { ...this.#show, outcome: outcomeOf(snapshot) ?? this.#show.outcome };
    });
    recorder.on('state', (state) => {
      // However the take ends: by its time, by a person, by a full disk.
      if (this.#show?.isRunning === true && state !== 'recording') this.#end();
      if (state === 'connecting') this.#show = null;
    });
  }

  /** The one that runs, or ran last in this room. */
  get show(): Show | null {
    return this.#show;
  }

  /**
   * Starts the take, which ends by itself.
   *
   * @throws PlateauError `invalidState` outside of the demo room, for frames are lost on purpose; and what a start throws
   */
  async start(seconds: number): Promise<{ takeName: string }> {
    const { faults, isDemo } = this.#room;
    if (faults === null || !isDemo) {
      throw new PlateauError(
        'invalidState',
        'This loses frames on purpose, and runs in the demo room only.',
        'Leave the room, and open the demo room.',
      );
    }
    const { takeName } = await this.#hooks.startTake();
    this.#show = { takeName, startedAt: new Date().toISOString(), seconds, isRunning: true, outcome: null };
    this.#hooks.onChanged();
    const ending = new AbortController();
    this.#ending = ending;
    const schedule = besideSchedule(seconds, stopAtMegabytes);
    const unfollow = followSchedule(schedule, faults, this.#recorder, false, this.#hooks.onFailed);
    ending.signal.addEventListener('abort', unfollow);
    void this.#stopAfter(seconds * 1000, ending.signal);
    return { takeName };
  }

  async #stopAfter(durationMs: number, signal: AbortSignal): Promise<void> {
    const isTime = await wait(durationMs, true, { signal }).catch(() => false);
    if (isTime) await this.#recorder.stopTake().catch(this.#hooks.onFailed);
  }

  #end(): void {
    this.#ending?.abort();
    this.#ending = null;
    if (this.#show !== null) this.#show = { ...this.#show, isRunning: false };
    this.#hooks.onChanged();
  }
}

function outcomeOf({ memory, unbounded }: Snapshot): Show['outcome'] {
  if (unbounded === null) return null;
  const { rssBytes: peakRssBytes, budgetBytes } = memoryPeak(memory);
  return {
    peakRssBytes,
    budgetBytes,
    unboundedPeakRssBytes: unbounded.peakRssBytes,
    unboundedStopReason: unbounded.stopReason,
    people: unbounded.people,
    ofPeople: unbounded.ofPeople,
  };
}
