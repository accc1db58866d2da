import type {
  CommandInput,
  CommandName,
  CommandOutput,
  ConsoleApi,
  ConsoleEvent,
  ConsoleState,
} from '../../src-main/contract/console.js';
import type { Result } from '../../src-main/contract/errors.js';
import type { Marker } from '../../src-main/contract/manifest.js';
import type { Level } from '../../src-main/contract/media-events.js';
import type { RecorderEvent, Snapshot } from '../../src-main/contract/snapshot.js';
import type { TakeEntry } from '../../src-main/contract/takes.js';
import { connectionSteps } from './fake-connection.js';
import { endedTake } from './fake-ends.js';
import { eventsOf, liveImageOf, snapshotAt, takeMemory, thumbnailOf, type Weather } from './fake-numbers.js';
import { deliverablesOf, idleState, people, takes, trash } from './fake-states.js';
import { stopClock } from './standing-clock.js';

/** What a test does to the fake recorder from outside of the page. */
export interface FakeControls {
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  /** Live images that are waited for now, and the most that ever were. */
  readonly imagesAsked: number;
  readonly mostImagesAsked: number;
  /** Pieces of sound that are waited for now. */
  readonly audioAsked: number;
  change(state: Partial<ConsoleState>): void;
  /** Sends a past of numbers at once, up to now. */
  playHistory(options: {
    seconds: number;
    weather: Weather;
    takeSeconds: number | null;
    everyMs?: number;
    /** How long ago the latest of them was. */
    agoSeconds?: number;
    /** So many guests in the place of those who are there otherwise. */
    guests?: number;
  }): void;
  playLive(options: {
    weather: Weather;
    takeSeconds: number | null;
    everyMs: number;
    guests?: number;
    /** Only numbers and levels: what images cost is another question. */
    hasImages?: boolean;
  }): void;
  /** Sends one snapshot, with what a test is about. */
  sendSnapshot(takeSeconds: number, change: Partial<Snapshot>, guests?: number): void;
  /** Something happens now. */
  sendEvent(event: Pick<RecorderEvent, 'details' | 'level' | 'message' | 'name'>): void;
  /** Loudness of somebody, now. */
  sendLevel(identity: string, peakDbfs: number, isClipping: boolean): void;
  stopLive(): void;
  /** Nothing is heard of the recorder any more. */
  fallSilent(): void;
  /** Resolves when so many more snapshots of {@link FakeControls.playLive} were sent. */
  untilSent(count: number): Promise<void>;
  /** Lets time pass in a page whose clock stands; in any other it passes by itself. */
  elapse(ms: number): Promise<void>;
  answer(name: CommandName, result: unknown): void;
  setTakes(entries: TakeEntry[]): void;
  /** An MP4 file of each file of a take. */
  addDeliverables(takeName: string): void;
}

declare global {
  interface Window {
    fake: FakeControls;
    /** The moment at which the clock of the page stands. */
    standsAtMs?: number;
  }
}

/** Half a minute at ten a second: longer than it takes to look at the window. */
const liveSnapshots = 300;

const openRooms: CommandOutput<'listRooms'> = [
  { name: 'standup', people: 4, openedAt: '2026-11-26T08:55:00.000Z' },
  { name: 'retro', people: 1, openedAt: null },
];

const pulseMs = 1_000;
const liveEveryMs = 100;
const toneMs = 40;
const toneSamples = toneMs * 48;
/** 500 Hz, a quarter of full scale; whole waves, so that one piece follows the other. */
const tone = btoa(
  Array.from({ length: toneSamples }, (_, index) => {
    const sample = Math.round(8_192 * Math.sin((2 * Math.PI * index) / 96)) & 0xffff;
    return String.fromCharCode(sample & 0xff, sample >> 8);
  }).join(''),
);

// Before anything of the page looks at it.
const clock = window.standsAtMs === undefined ? null : stopClock(window, window.standsAtMs);

class FakeConsole implements ConsoleApi, FakeControls {
  readonly calls: { name: string; input: unknown }[] = [];
  imagesAsked = 0;
  mostImagesAsked = 0;
  audioAsked = 0;
  #images = 0;
  readonly #listeners = new Set<(event: ConsoleEvent) => void>();
  readonly #answers = new Map<CommandName, unknown>();
  #state: ConsoleState = idleState();
  #takes: TakeEntry[] = takes();
  #timer: number | undefined;
  #sentSnapshots = 0;
  #waiting: { readonly atSnapshots: number; readonly resolve: () => void } | null = null;
  #imagesAtMs = 0;
  /** A recorder in a room is heard all the time, also while a scene stands still. */
  readonly #pulse = window.setInterval(() => this.#send({ type: 'state', state: this.#state }), pulseMs);

  subscribe(listener: (event: ConsoleEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  call<Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
  ): Promise<Result<CommandOutput<Name>>> {
    this.calls.push({ name, input });
    if (name === 'nextImage' && !this.#answers.has(name))
      return this.#nextImage(input as CommandInput<'nextImage'>) as never;
    if (name === 'nextAudio') return this.#nextAudio(input as CommandInput<'nextAudio'>) as never;
    // Each answer has the shape of its command; a fake has no need to prove it.
    return Promise.resolve(this.#resultOf(name, input) as Result<CommandOutput<Name>>);
  }

  /** As of a camera: whoever asks waits for the next frame. */
  #nextImage({ identity }: CommandInput<'nextImage'>): Promise<Result<unknown>> {
    this.imagesAsked += 1;
    this.mostImagesAsked = Math.max(this.mostImagesAsked, this.imagesAsked);
    return new Promise((resolve) => {
      window.setTimeout(() => {
        this.imagesAsked -= 1;
        this.#images += 1;
        resolve({ ok: true, value: liveImageOf(identity, this.#images) });
      }, liveEveryMs);
    });
  }

  /** A tone, in pieces as they come from a room. */
  #nextAudio({ after }: CommandInput<'nextAudio'>): Promise<Result<unknown>> {
    this.audioAsked += 1;
    return new Promise((resolve) => {
      window.setTimeout(() => {
        this.audioAsked -= 1;
        resolve({ ok: true, value: { end: (after ?? 0) + toneSamples, droppedSamples: 0, pcm: tone } });
      }, toneMs);
    });
  }

  change(state: Partial<ConsoleState>): void {
    this.#state = { ...this.#state, ...state };
    this.#send({ type: 'state', state: this.#state });
  }

  async elapse(ms: number): Promise<void> {
    await clock?.elapse(ms);
  }

  answer(name: CommandName, result: unknown): void {
    this.#answers.set(name, result);
  }

  setTakes(entries: TakeEntry[]): void {
    this.#takes = entries;
  }

  playHistory({
    seconds,
    weather,
    takeSeconds,
    everyMs = 250,
    agoSeconds = 0,
    guests = 0,
  }: Parameters<FakeControls['playHistory']>[0]): void {
    const nowMs = Date.now() - agoSeconds * 1000;
    const takeStartMs = takeSeconds === null ? null : nowMs - takeSeconds * 1000;
    for (let second = seconds; second > 0; second -= everyMs / 1000) {
      const snapshot = snapshotAt(nowMs - second * 1000, takeStartMs, weather, guests);
      this.#send({ type: 'snapshot', snapshot });
    }
    for (const event of eventsOf(nowMs, takeStartMs, weather)) this.#send({ type: 'event', event });
    this.#sendMedia(weather, guests);
  }

  addDeliverables(takeName: string): void {
    this.#takes = this.#takes.map((entry) =>
      entry.takeName === takeName ? { ...entry, deliverables: deliverablesOf(entry) } : entry,
    );
  }

  sendSnapshot(takeSeconds: number, change: Partial<Snapshot>, guests = 0): void {
    const nowMs = Date.now();
    const snapshot = { ...snapshotAt(nowMs, nowMs - takeSeconds * 1000, 'calm', guests), ...change };
    this.#send({ type: 'snapshot', snapshot });
  }

  sendEvent(event: Parameters<FakeControls['sendEvent']>[0]): void {
    const at = new Date(Date.now()).toISOString();
    this.#send({ type: 'event', event: { at, takeMs: null, identity: null, ...event } });
  }

  sendLevel(identity: string, peakDbfs: number, isClipping: boolean): void {
    const level = { identity, kind: 'participant', peakDbfs, rmsDbfs: peakDbfs - 6, isClipping } as const;
    this.#send({ type: 'levels', levels: [level] });
  }

  playLive({
    weather,
    takeSeconds,
    everyMs,
    guests = 0,
    hasImages = true,
  }: Parameters<FakeControls['playLive']>[0]): void {
    const takeStartMs = takeSeconds === null ? null : Date.now() - takeSeconds * 1000;
    this.stopLive();
    // Made beforehand, so that what is measured of the window is not the work of its fake.
    const aheadMs = Array.from({ length: liveSnapshots }, (_, index) => index * everyMs);
    const made = aheadMs.map((ms) => snapshotAt(Date.now() + ms, takeStartMs, weather, guests));
    let next = 0;
    this.#timer = window.setInterval(() => {
      const snapshot = made[next];
      next = (next + 1) % made.length;
      if (snapshot === undefined) return;
      this.#send({ type: 'snapshot', snapshot: { ...snapshot, at: new Date().toISOString() } });
      if (hasImages) this.#sendMedia(weather, guests);
      else this.#sendLevels(weather, guests);
      this.#sentSnapshots += 1;
      if (this.#sentSnapshots === this.#waiting?.atSnapshots) this.#waiting.resolve();
    }, everyMs);
  }

  untilSent(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { atSnapshots: this.#sentSnapshots + count, resolve };
    });
  }

  stopLive(): void {
    window.clearInterval(this.#timer);
  }

  fallSilent(): void {
    this.stopLive();
    window.clearInterval(this.#pulse);
  }

  #sendMedia(weather: Weather, guests: number): void {
    if (Date.now() - this.#imagesAtMs >= 1000) this.#sendImages(guests);
    this.#sendLevels(weather, guests);
  }

  #sendImages(guests: number): void {
    this.#imagesAtMs = Date.now();
    const identities = guests === 0 ? people().map(({ identity }) => identity) : guestNames(guests);
    for (const identity of identities) {
      this.#send({ type: 'thumbnail', thumbnail: thumbnailOf(identity, 'participant') });
    }
    this.#send({ type: 'thumbnail', thumbnail: thumbnailOf('ada', 'screenShare') });
  }

  #sendLevels(weather: Weather, guests: number): void {
    const wave = Math.sin(Date.now() / 400);
    const isStormy = weather === 'stormy';
    const level = (identity: string, peakDbfs: number, isClipping = false): Level => ({
      ...{ identity, kind: 'participant', peakDbfs, rmsDbfs: peakDbfs - 6, isClipping },
    });
    const levels =
      guests === 0
        ? [level('ada', -18 + 5 * wave), level('eve', isStormy ? 0 : -7 + 3 * wave, isStormy)]
        : guestNames(guests).map((identity, place) => level(identity, -24 + place + 5 * wave));
    this.#send({ type: 'levels', levels });
  }

  #resultOf(name: CommandName, input: unknown): Result<unknown> {
    if (this.#answers.has(name)) return this.#answers.get(name) as Result<unknown>;
    switch (name) {
      case 'getState':
        return { ok: true, value: this.#state };
      case 'listTakes':
        return { ok: true, value: this.#takes };
      case 'listRooms':
        return { ok: true, value: openRooms };
      case 'testConnection':
        return { ok: true, value: connectionSteps() };
      case 'listTrash':
        return { ok: true, value: trash() };
      case 'deleteTake':
        return { ok: true, value: { trashId: '1795683600000' } };
      case 'restoreTake':
        return { ok: true, value: { takeName: 'standup-20261120-090000' } };
      case 'emptyTrash':
        return { ok: true, value: { takes: 2, bytes: 1_830_000_000 } };
      case 'describeTake': {
        const { title, note } = input as CommandInput<'describeTake'>;
        return { ok: true, value: { title, note } };
      }
      case 'changeMarker':
        return this.#changeMarker(input as CommandInput<'changeMarker'>);
      case 'updateSettings':
        this.change({ settings: { ...this.#state.settings, ...(input as object) } });
        return { ok: true, value: this.#state.settings };
      case 'arm': {
        const { identity, isArmed } = input as CommandInput<'arm'>;
        this.change({
          participants: this.#state.participants.map((one) =>
            one.identity === identity ? { ...one, isArmed, isAsked: false } : one,
          ),
        });
        return { ok: true, value: null };
      }
      case 'cancelStart':
        this.change({ countdownSeconds: null });
        return { ok: true, value: null };
      case 'pauseTake':
      case 'resumeTake':
        return { ok: true, value: { takeMs: 1000 } };
      case 'moveTake':
      case 'splitTake':
      case 'continueCopied':
        return { ok: true, value: { takeMs: 2000, part: 2 } };
      case 'saveReplay':
        return { ok: true, value: { takeName: 'standup-20261124-085900', durationMs: 61_000 } };
      case 'addMarker':
        return { ok: true, value: { takeMs: 1000, label: (input as CommandInput<'addMarker'>).label } };
      case 'startSoak':
      case 'startShow':
      case 'startTake':
        return { ok: true, value: { takeName: 'standup-20261124-090000' } };
      case 'stopTake':
        this.change({
          endedTakes: [endedTake({ takeName: 'standup-20261124-090000', reason: 'stopped' })],
        });
        return { ok: true, value: { takeName: 'standup-20261124-090000', isVerified: true } };
      case 'verifyTake':
        return { ok: true, value: { isOk: true, findings: [] } };
      case 'recoverTake':
        this.change({ interruptedTakes: [] });
        return { ok: true, value: { isWhole: true, lostMs: 900 } };
      case 'readTakeMemory':
        return { ok: true, value: takeMemory() };
      case 'readReport':
        return { ok: true, value: { fileName: 'standup-report.html', html: '<!doctype html>' } };
      // As of an engine that is older: the window begins with what it hears.
      case 'readHistory':
        return { ok: false, error: { code: 'usage', message: 'There is no such command.', hint: '' } };
      case 'exportTelemetry':
        return { ok: true, value: { fileName: 'plateau-telemetry.ndjson', ndjson: '{}\n' } };
      case 'dismissProblem':
        this.change({ problem: null });
        return { ok: true, value: null };
      case 'startFault': {
        const { fault } = input as CommandInput<'startFault'>;
        const moment = new Date().toISOString();
        return { ok: true, value: { id: 1, fault, startedAt: moment, endsAt: moment } };
      }
      case 'deliverTake':
        return { ok: true, value: { ahead: 0 } };
      case 'cancelDelivery':
        this.change({ delivery: null, deliveryQueue: [] });
        return { ok: true, value: null };
      case 'nextAudio':
      case 'nextImage':
      case 'stopFault':
      case 'chooseOutputFolder':
      case 'connect':
      case 'connectDemo':
      case 'disconnect':
      case 'restart':
      case 'revealTake':
        return { ok: true, value: null };
    }
  }

  #changeMarker({ takeName, before, after }: CommandInput<'changeMarker'>): Result<Marker[]> {
    const entry = this.#takes.find((one) => one.takeName === takeName);
    const kept = (entry?.markers ?? []).filter((marker) => JSON.stringify(marker) !== JSON.stringify(before));
    const markers = [...kept, ...(after === null ? [] : [after])].sort((a, b) => a.takeMs - b.takeMs);
    this.#takes = this.#takes.map((one) => (one.takeName === takeName ? { ...one, markers } : one));
    return { ok: true, value: markers };
  }

  #send(event: ConsoleEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function guestNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `guest-${index}`);
}

const fake = new FakeConsole();
window.fake = fake;
Object.defineProperty(window, 'plateau', { value: fake });
