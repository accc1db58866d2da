import { PlateauError } from '../contract/errors.js';
import type { Source } from '../contract/recording.js';
import { FaultBench } from '../lab/faults/fault-bench.js';
import { type DemoSession, openDemoSession } from '../lab/room/demo-session.js';
import { inTime } from '../process/deadline.js';
import type { Recorder } from '../recorder/recorder.js';
import type { RoomMonitor } from './room-monitor.js';
import { RoomRoster } from './room-roster.js';

/** How long mending what is broken may take before the room is left, in milliseconds. */
const mendingPatienceMs = 3_000;
/** How long the demo's processes may take to end, or to start. */
const demoPatienceMs = 5_000;

export interface ConsoleRoomHooks {
  readonly onChanged: () => void;
  /** The demo's processes could not be ended. */
  readonly onProblem: (thrown: unknown) => void;
}

/**
 * The room that the console is in: joining it, the demo's server and people around it, the faults in it, and leaving.
 * It owns the demo's processes.
 */
export class ConsoleRoom {
  readonly roster = new RoomRoster();
  readonly #recorder: Recorder;
  readonly #monitor: RoomMonitor;
  readonly #hooks: ConsoleRoomHooks;
  /** Null while no room is joined. */
  #faults: FaultBench | null = null;
  #demo: DemoSession | null = null;
  #demoClosed: Promise<void> = Promise.resolve();
  #isOpeningDemo = false;
  #demoOpened: Promise<DemoSession | null> = Promise.resolve(null);
  /** How often a room was left: what is still being opened then has nobody who waits for it. */
  #departures = 0;

  constructor(recorder: Recorder, monitor: RoomMonitor, hooks: ConsoleRoomHooks) {
    this.#recorder = recorder;
    this.#monitor = monitor;
    this.#hooks = hooks;
  }

  /** The demo's server and people are being started; the recorder knows nothing of it yet. */
  get isOpeningDemo(): boolean {
    return this.#isOpeningDemo;
  }

  /** The room is the demo's, or is about to be. */
  get isDemo(): boolean {
    return this.#demo !== null;
  }

  /** Null while no room is joined. */
  get faults(): FaultBench | null {
    return this.#faults;
  }

  /**
   * Joins a room; whom an earlier one had is forgotten.
   *
   * @throws PlateauError when the source cannot be used or the server refuses
   */
  async join(source: Source): Promise<void> {
    this.roster.clear();
    await this.#recorder.connect(source, { participants: null, audioOnly: false });
    const targets = {
      recorder: this.#recorder,
      people: this.#demo?.people ?? null,
      network: this.#demo?.network ?? null,
      source,
    };
    this.#faults = new FaultBench(targets, this.#hooks.onChanged);
  }

  /**
   * Starts a server with synthetic people on this machine, and joins their room.
   *
   * @throws PlateauError when they cannot be started or joined; `invalidState` when the room was left meanwhile
   */
  async joinDemo(): Promise<void> {
    const opening = this.#openDemo();
    this.#demoOpened = opening.catch(() => null);
    const demo = await opening;
    try {
      await this.join(demo.source);
    } catch (thrown) {
      this.#closeDemo();
      throw thrown;
    }
  }

  /** Stops a take that runs, mends what is broken, leaves the room. The demo's processes end behind it. */
  async leave(): Promise<void> {
    this.#departures += 1;
    const faults = this.#faults;
    this.#faults = null;
    // What a fault has broken may not answer; the take and the room wait for no more than this.
    if (faults !== null) await inTime(faults.close(), mendingPatienceMs);
    try {
      await this.#recorder.disconnect();
    } finally {
      this.#monitor.clear();
      this.roster.clear();
      this.#closeDemo();
      this.#hooks.onChanged();
    }
  }

  /** Leaves the room, and waits for the demo's processes to end; those that do not, end with this one. */
  async close(): Promise<void> {
    try {
      await this.leave();
    } finally {
      await inTime(
        this.#demoOpened.then(() => this.#demoClosed),
        demoPatienceMs,
      );
    }
  }

  async #openDemo(): Promise<DemoSession> {
    const departures = this.#departures;
    this.#isOpeningDemo = true;
    this.#hooks.onChanged();
    try {
      await this.#demoClosed;
      this.#demo = await openDemoSession();
    } finally {
      this.#isOpeningDemo = false;
      this.#hooks.onChanged();
    }
    if (departures === this.#departures) return this.#demo;
    this.#closeDemo();
    throw new PlateauError(
      'invalidState',
      'The demo room was left while it was being opened.',
      'Open it again.',
    );
  }

  /** Nobody has to wait for the demo's processes to end: the next room can be joined meanwhile. */
  #closeDemo(): void {
    const demo = this.#demo;
    this.#demo = null;
    if (demo !== null) this.#demoClosed = demo.close().catch(this.#hooks.onProblem);
  }
}
