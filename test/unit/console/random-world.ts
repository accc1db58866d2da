import { PlateauError } from '../../../src-main/contract/errors.js';
import type { Manifest } from '../../../src-main/contract/manifest.js';
import type { RecorderState } from '../../../src-main/contract/snapshot.js';
import { seededRandom } from '../../../src-main/lab/network/seeded-random.js';
import type { RoomSessionOptions } from '../../../src-main/livekit/room-session-options.js';
import type { TakeSurroundings } from '../../../src-main/recorder/open-take.js';
import type { StopHooks } from '../../../src-main/take/finish-take.js';
import { PeakMemory } from '../../../src-main/telemetry/peak-memory.js';

/** Random choices that are the same for the same seed. */
export class Seeded {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed + 1);
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.#random() * 2 ** 32) % limit;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** Lets the event loop go round a few times: where a real disk or server answers. */
  async turns(most = 4): Promise<void> {
    for (let left = this.below(most); left > 0; left -= 1) await new Promise(setImmediate);
  }
}

/** No chance at all: every answer comes in the next turn of the event loop, and nothing fails. */
export class Prompt extends Seeded {
  constructor() {
    super(0);
  }

  override below(limit: number): number {
    return limit - 1;
  }

  override turns(): Promise<void> {
    return new Promise(setImmediate);
  }
}

/** What exists outside of the recorder, and what it did there. */
export const world = {
  random: new Seeded(0),
  live: 0,
  processes: 0,
  openRooms: 0,
  demos: 0,
  received: 0,
  written: 0,
  dropped: 0,
  isEnding: false,
  begun: new Set<string>(),
  confirmed: new Set<string>(),
  onState: (_state: RecorderState): void => undefined,
  reset(random: Seeded): void {
    Object.assign(this, {
      live: 0,
      processes: 0,
      openRooms: 0,
      demos: 0,
      received: 0,
      written: 0,
      dropped: 0,
    });
    Object.assign(this, { random, isEnding: false, begun: new Set(), confirmed: new Set() });
    FakeTake.latest = null;
    FakeRoomSession.latest = null;
  },
};

/** A room that answers when it likes. */
export class FakeRoomSession {
  static latest: FakeRoomSession | null = null;
  readonly tracks = [];
  readonly missing = [];
  readonly layering = { layered: 0, single: 0 };
  readonly orphanedFrames = 0;
  readonly openStreams = 0;
  readonly #options: RoomSessionOptions;
  #isOpen = false;
  #isClosed = false;

  constructor(options: RoomSessionOptions) {
    this.#options = options;
    FakeRoomSession.latest = this;
  }

  async connect(): Promise<void> {
    const { random } = world;
    await random.turns(8);
    if (random.below(6) === 0) throw new PlateauError('serverUnreachable', 'No answer.', 'Try again.');
    // A server that never answers.
    if (random.below(8) === 0 && !this.#isClosed) await new Promise(() => undefined);
    if (this.#isClosed) throw new PlateauError('invalidState', 'Left meanwhile.', '');
    this.#isOpen = true;
    world.openRooms += 1;
    this.#options.listener.onConnected({ room: 'a room', host: 'example.org' });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await world.random.turns();
    if (this.#isOpen) world.openRooms -= 1;
    this.#isOpen = false;
  }

  lose(): void {
    if (!this.#isOpen || this.#isClosed) return;
    this.#options.listener.onLost(new PlateauError('connectionLost', 'Gone.', 'Join again.'));
  }

  end(): void {
    if (this.#isOpen && !this.#isClosed) this.#options.listener.onRoomEnded();
  }

  participants(): never[] {
    return [];
  }

  publications(): never[] {
    return [];
  }

  awaitRoom(): void {
    if (!this.#isClosed) this.#options.listener.onWaitingForRoom(false);
  }

  tellUnanswered(): void {
    // Nobody is waited for.
  }

  judgeSignals(): never[] {
    return [];
  }

  refreshStatistics(): void {
    return;
  }

  requestLayer(): void {
    return;
  }

  drainMaxLoopLateMs(): number {
    return 0;
  }
}

let takes = 0;

/** A take with two processes, which are there from its begin to its end. */
export class FakeTake {
  static latest: FakeTake | null = null;
  /** Their files play; how long the check takes. */
  static checked: Promise<void> = Promise.resolve();
  /** What it comes to. */
  static manifest: object = { files: [], notRecorded: [] };
  readonly clock = { isPaused: false, jointMs: 0, nowMs: () => 0 };
  readonly moments = { markers: [], pausedMs: 0, takeMs: 0 };
  readonly memory = { peak: new PeakMemory() };
  readonly startedAt = new Date();
  readonly markers: never[] = [];
  readonly encoders: never[] = [];
  readonly files = {};
  readonly participants = { missingTracks: 0, missingNow: 0 };
  readonly signals = { missingSignals: 0 };
  readonly openFiles = 0;
  readonly budget = { totalBytes: 0, lines: [], encoderBytes: 0 };
  readonly frameBytes = { usedBytes: 0 };
  readonly frameRateLimit = { maxPerSecond: null };
  readonly request = {
    ...{ audioOnly: true, profile: {}, room: 'a room' },
    isArmed: (): boolean => false,
    arm: (): void => undefined,
  };
  readonly backup = null;
  readonly handOver = {
    isUnderWay: false,
    begin: (): Promise<{ number: number; atMs: number }> => Promise.resolve({ number: 2, atMs: 1_000 }),
  };
  readonly goingOn = {
    isIn: (): boolean => false,
    goOn: (): Promise<boolean> => Promise.resolve(false),
    goOnIn: (): Promise<{ takeMs: number; part: number }> => Promise.resolve({ takeMs: 1_000, part: 2 }),
  };
  readonly folder: { readonly name: string; readonly path: string };
  readonly #surroundings: TakeSurroundings;
  #hasEnded = false;

  constructor(surroundings: TakeSurroundings) {
    takes += 1;
    this.folder = { name: `take-${takes}`, path: `/takes/take-${takes}` };
    this.#surroundings = surroundings;
    world.live += 1;
    world.processes += 2;
    world.begun.add(this.folder.name);
    FakeTake.latest = this;
    world.received += 3;
  }

  readonly packets: readonly number[] = [];

  async stop(onProgress: (fraction: number) => void, hooks: StopHooks = {}): Promise<Manifest> {
    if (this.#hasEnded) throw new Error('a take was stopped twice');
    this.#hasEnded = true;
    await world.random.turns(6);
    onProgress(0.5);
    world.processes -= 2;
    world.written += 2;
    world.dropped += 1;
    await world.random.turns(6);
    world.live -= 1;
    if (world.random.below(5) === 0) throw new PlateauError('diskFull', 'The disk is full.', 'Free some.');
    hooks.onUsable?.();
    hooks.onCheck?.({ files: 1, checked: 0, fraction: 0 });
    await FakeTake.checked;
    await world.random.turns(6);
    return FakeTake.manifest as Manifest;
  }

  fail(): void {
    if (this.#hasEnded) return;
    const error = new PlateauError('diskFull', 'The disk is full.', 'Free some.');
    this.#surroundings.onProblem({ error, concerns: 'take', file: null, identity: null });
  }

  addMarker(label: string): object {
    return { takeMs: 0, label };
  }

  readonly parts = {
    split: (): { number: number; atMs: number } => {
      if (this.#hasEnded) throw new Error('a take was split after its end');
      return { number: 2, atMs: 1_000 };
    },
  };

  setPaused(isPaused: boolean): number {
    if (this.#hasEnded) throw new Error('a take was paused after its end');
    if (this.clock.isPaused === isPaused) throw new Error('a take was paused twice');
    this.clock.isPaused = isPaused;
    return 0;
  }

  noteProblem(): void {
    return;
  }

  recordEvent(): void {
    return;
  }

  recordSnapshot(): void {
    return;
  }

  connectionChanged(): void {
    return;
  }

  tick(): void {
    return;
  }

  sinkSnapshots(): never[] {
    return [];
  }
}

/** In place of asking a disk in a process of its own, which is most of the time of thousands of lives. */
export async function diskAnswers(): Promise<boolean> {
  await world.random.turns(8);
  return true;
}

/** In place of `openTake`. */
export async function openFakeTake(_request: object, surroundings: TakeSurroundings): Promise<object> {
  await world.random.turns(8);
  if (world.random.below(8) === 0) throw new PlateauError('diskFull', 'The disk is full.', 'Free some.');
  const take = new FakeTake(surroundings);
  await world.random.turns();
  return {
    take,
    disk: { check: () => Promise.resolve(false), noteWritten: () => undefined },
    tellStarted: () => surroundings.report.info('takeStarted', 'Recording.'),
  };
}

/** In place of `openDemoSession`. */
export async function openFakeDemo(): Promise<object> {
  await world.random.turns(8);
  world.demos += 1;
  return {
    source: { url: 'ws://127.0.0.1:1', room: 'demo', credentials: { apiKey: 'key', apiSecret: 'secret' } },
    people: null,
    network: null,
    close: async () => {
      await world.random.turns();
      world.demos -= 1;
    },
  };
}
