import { PlateauError } from '../contract/errors.js';
import { memoryPeak } from '../contract/memory-peak.js';
import type { Snapshot } from '../contract/snapshot.js';
import type { Show } from '../contract/unbounded.js';
import { besideSchedule } from '../lab/faults/beside-schedule.js';
import { followSchedule } from '../lab/faults/fault-schedule.js';
import type { Recorder } from '../recorder/recorder.js';
import type { ConsoleRoom } from './console-room.js';
import { TimedTake, type TimedTakeHooks } from './timed-take.js';

/** Where the recorder without caps is stopped: enough to be seen, on a machine of 8 GB as well. */
const stopAtMegabytes = 2_000;

/** What the caps are for, behind one button: a take of the demo room, and beside it the same without caps. */
export class ConsoleShow {
  readonly #recorder: Recorder;
  readonly #room: ConsoleRoom;
  readonly #take: TimedTake;
  readonly #hooks: TimedTakeHooks;
  #show: Show | null = null;

  constructor(recorder: Recorder, room: ConsoleRoom, hooks: TimedTakeHooks) {
    this.#recorder = recorder;
    this.#room = room;
    this.#hooks = hooks;
    this.#take = new TimedTake(recorder, hooks, () => {
      if (this.#show !== null) this.#show = { ...this.#show, isRunning: false };
    });
    recorder.on('snapshot', (snapshot) => {
      if (this.#show?.isRunning === true && snapshot.state === 'recording')
        this.#show = { ...this.#show, outcome: outcomeOf(snapshot) ?? this.#show.outcome };
    });
    recorder.on('state', (state) => {
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
    const { takeName, over } = await this.#take.start(seconds * 1000, (take) => {
      this.#show = { ...take, seconds, isRunning: true, outcome: null };
    });
    const schedule = besideSchedule(seconds, stopAtMegabytes);
    const unfollow = followSchedule(schedule, faults, this.#recorder, false, this.#hooks.onFailed);
    over.addEventListener('abort', unfollow);
    return { takeName };
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
