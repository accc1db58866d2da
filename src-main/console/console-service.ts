import { isNeverRefused, refusalOf } from '../contract/command-availability.js';
import {
  type CommandInput,
  type CommandName,
  type CommandOutput,
  commands,
  type ConsoleEvent,
  type ConsoleState,
} from '../contract/console.js';
import { type PlateauError, type Result, toPlateauError } from '../contract/errors.js';
import type { RecorderState } from '../contract/snapshot.js';
import { Recorder } from '../recorder/recorder.js';
import type { ConsoleProcessProbe } from '../recorder/snapshot-builder.js';
import { type CommandHandlers, commandHandlers, libraryOf } from './command-handlers.js';
import { isCommandName, noSuchCommand, refused, refuseToBegin, unreadable } from './command-input.js';
import type { ConsoleDelivery } from './console-delivery.js';
import { ConsoleRoom } from './console-room.js';
import { ConsoleShow } from './console-show.js';
import { ConsoleSoak } from './console-soak.js';
import { consoleStateOf, type StateSources } from './console-state.js';
import { Countdown } from './countdown.js';
import { DeliveryMemory } from './delivery-memory.js';
import type { DesktopActions } from './desktop-actions.js';
import { EndedTakes } from './ended-takes.js';
import { finishTake } from './finish-take.js';
import { followReplay } from './follow-replay.js';
import { InterruptedTakes } from './interrupted-takes.js';
import { keptDelivery } from './kept-delivery.js';
import { followPreviewLayer } from './preview-layer.js';
import { ResumedChecks } from './resumed-checks.js';
import { RoomMonitor } from './room-monitor.js';
import type { SecretStore } from './secret-store.js';
import { SettingsStore } from './settings-store.js';
import { startTake } from './start-take.js';
import { TakesRevision } from './takes-revision.js';
import { TelemetryExport } from './telemetry-export.js';

export interface ConsoleServiceOptions {
  readonly host: ConsoleState['host'];
  /** The settings are remembered here. */
  readonly userDataFolder: string;
  readonly defaultOutputFolder: string;
  readonly secrets: SecretStore;
  /** Null where there is no desktop: a browser may be on another machine. */
  readonly desktop: DesktopActions | null;
  /** Reads the memory of the console's own processes, where it has any. */
  readonly probe?: ConsoleProcessProbe;
}

/**
 * The engine behind the contract, for any number of consoles over any transport: parses what comes in,
 * runs it when it fits the moment, and tells every subscriber what happens. It owns the recorder.
 */
export class ConsoleService {
  readonly #settings: SettingsStore;
  readonly #monitor: RoomMonitor;
  readonly #recorder: Recorder;
  readonly #room: ConsoleRoom;
  readonly #countdown: Countdown;
  readonly #delivery: ConsoleDelivery;
  readonly #resumed: ResumedChecks;
  /** What the state is read from, apart from what changes here. */
  readonly #sources: Omit<StateSources, 'countdownSeconds' | 'finalizingFraction' | 'problem'>;
  readonly #handlers: CommandHandlers;
  /** Commands that have not answered yet, of whichever console. */
  readonly #pending = new Set<CommandName>();
  readonly #listeners = new Set<(event: ConsoleEvent) => void>();
  #finalizingFraction: number | null = null;
  #problem: PlateauError | null = null;
  #isStateDue = false;
  #isEnding = false;
  #lastState: RecorderState = 'idle';

  private constructor(options: ConsoleServiceOptions, settings: SettingsStore, memory: DeliveryMemory) {
    const onStateChanged = (): void => this.#stateChanged();
    const setProblem = (problem: PlateauError | null): void => this.#setProblem(problem);
    const onFailed = (thrown: unknown): void => this.#setProblem(toPlateauError(thrown));
    const emit = (event: ConsoleEvent): void => this.#emit(event);
    this.#monitor = new RoomMonitor((thumbnail) => emit({ type: 'thumbnail', thumbnail }));
    const recorder = new Recorder((track) => this.#monitor.of(track), options.probe);
    const room = new ConsoleRoom(recorder, this.#monitor, { onChanged: onStateChanged, onProblem: onFailed });
    const resumed = new ResumedChecks(onStateChanged);
    const interrupted = new InterruptedTakes(onStateChanged, (folders) => resumed.resume(folders));
    void interrupted.look(settings.settings.outputFolder);
    const parts = { recorder, room, settings, telemetry: new TelemetryExport(recorder), setProblem };
    const hooks = { startTake: () => startTake(parts), onChanged: onStateChanged, onFailed };
    const soak = new ConsoleSoak(recorder, hooks);
    const show = new ConsoleShow(recorder, room, hooks);
    const takes = new TakesRevision(onStateChanged);
    const delivery = keptDelivery({
      ...{ recorder, settings, resumed, takes, memory },
      ...{ onChanged: onStateChanged, onProblem: setProblem },
    });
    this.#settings = settings;
    this.#recorder = recorder;
    this.#room = room;
    this.#countdown = new Countdown(onStateChanged);
    this.#delivery = delivery;
    this.#resumed = resumed;
    const { desktop, host, secrets } = options;
    const ended = new EndedTakes(recorder, { onChanged: onStateChanged, onProblem: setProblem });
    const told = { recorder, room, soak, show, interrupted, delivery, settings, secrets };
    this.#sources = { ...told, ended, resumed, host, takes };
    this.#handlers = commandHandlers({
      ...{ ...parts, ...told, state: () => this.state, pending: this.#pending },
      ...{ desktop, onStateChanged, emit },
      ...{ countdown: this.#countdown, live: this.#monitor.live, solo: this.#monitor.solo },
    });
    recorder.setMemoryCeiling(settings.memoryCeilingBytes);
    recorder.on('state', () => followReplay(parts));
    followPreviewLayer(recorder, () => settings.settings);
    this.#problem ??= settings.saveProblem;
    this.#listen();
  }

  /**
   * Opens an engine that is in no room. The caller closes it.
   * A folder for the settings that does not answer, or cannot be made or written, is a problem of its state, no more.
   */
  static async open(options: ConsoleServiceOptions): Promise<ConsoleService> {
    const { defaultOutputFolder, userDataFolder } = options;
    const settings = await SettingsStore.open(userDataFolder, defaultOutputFolder);
    return new ConsoleService(options, settings, await DeliveryMemory.open(settings.folder));
  }

  /** Everything that changes slowly, at this moment. */
  get state(): ConsoleState {
    return consoleStateOf({
      ...this.#sources,
      countdownSeconds: this.#countdown.leftSeconds,
      finalizingFraction: this.#finalizingFraction,
      problem: this.#problem,
    });
  }

  /** Recording, or finalizing what was recorded. */
  get isTakeRunning(): boolean {
    return this.#recorder.take !== null;
  }

  /** A take that has ended is being checked: its files play, and the next start would take that up again. */
  get isChecking(): boolean {
    return this.#recorder.checks.list.length + this.#resumed.list.length > 0;
  }

  /** MP4 files are being made, or wait for their turn: the next start would go on with them. */
  get isDelivering(): boolean {
    return this.#delivery.progress !== null || this.#delivery.queue.length > 0;
  }

  /** Runs one command that came over a border: nothing is known of its input. Never throws. */
  async handle(name: string, input: unknown): Promise<Result<unknown>> {
    if (isCommandName(name)) return this.#run(name, input);
    return { ok: false, error: noSuchCommand().toReport() };
  }

  /** Runs one command of this process's own. Never throws: whatever goes wrong is the result. */
  run<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<Result<CommandOutput<Name>>> {
    return this.#run(name, input);
  }

  /**
   * Ends the take that runs, or waits for the one that is being finalized: for whoever ends the program. What goes
   * wrong is the state's problem.
   *
   * @returns whether every file is verified, none has bad losses, and every track that was on delivered; true without a take
   */
  async finishTake(): Promise<boolean> {
    return !this.isTakeRunning || finishTake(this.#recorder, (problem) => this.#setProblem(problem));
  }

  /**
   * Tells a console what happens, from now on. Listeners are called one after the other and must neither wait nor
   * throw: an `EventRelay` stands between the engine and whoever may be slow.
   *
   * @returns what ends the subscription
   */
  subscribe(listener: (event: ConsoleEvent) => void): () => void {
    this.#listeners.add(listener);
    this.#monitor.isWatched = true;
    return () => {
      this.#listeners.delete(listener);
      this.#monitor.isWatched = this.#listeners.size > 0;
    };
  }

  /** Absolute path of a take's file, for playing it; null when that take has no such file. */
  takeFilePath(takeName: string, file: string): Promise<string | null> {
    return libraryOf({ settings: this.#settings, recorder: this.#recorder }).filePath(takeName, file);
  }

  /**
   * Ends a running take properly, leaves the room, ends the demo's processes: within 20 s, whatever does not answer. No
   * command is run any more. What the SDK keeps for the whole process is ended by `shutDownLivekit`, after which no
   * room can be joined.
   */
  async close(): Promise<void> {
    this.#isEnding = true;
    this.#countdown.cancel();
    this.#recorder.endSoon();
    await Promise.all([this.#room.close(), this.#resumed.close(), this.#delivery.close()]);
    await this.#recorder.checks.done();
    await this.#sources.ended.known();
    await this.#delivery.saved();
  }

  async #run<Name extends CommandName>(name: Name, input: unknown): Promise<Result<CommandOutput<Name>>> {
    try {
      const parsed = commands[name].input.safeParse(input);
      if (!parsed.success) throw unreadable(parsed.error.issues);
      // Parsed by the schema of that very name.
      return { ok: true, value: await this.#answer(name, parsed.data as CommandInput<Name>) };
    } catch (thrown) {
      return { ok: false, error: toPlateauError(thrown).toReport() };
    }
  }

  async #answer<Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
  ): Promise<CommandOutput<Name>> {
    if (this.#isEnding) refuseToBegin(name);
    const refusal = isNeverRefused(name) ? null : refusalOf(name, this.state, this.#pending);
    if (refusal !== null) throw refused(refusal);
    this.#pending.add(name);
    try {
      const answer = await this.#handlers[name](input);
      // What a handler holds besides, a timer or a secret, does not leave; what is not of the contract is our defect.
      return commands[name].output.parse(answer) as CommandOutput<Name>;
    } finally {
      this.#pending.delete(name);
      this.#sources.takes.after(name);
    }
  }

  #listen(): void {
    const recorder = this.#recorder;
    for (const name of ['room', 'checks'] as const) recorder.on(name, () => this.#stateChanged());
    recorder.on('state', (state) => this.#recorderIs(state));
    recorder.on('progress', (fraction) => {
      this.#finalizingFraction = fraction;
      this.#stateChanged();
    });
    recorder.on('event', (event) => this.#emit({ type: 'event', event }));
    recorder.on('snapshot', (snapshot) => {
      if (this.#listeners.size === 0) return;
      this.#emit({ type: 'snapshot', snapshot });
      const levels = this.#monitor.drainLevels();
      if (levels.length > 0) this.#emit({ type: 'levels', levels });
    });
    recorder.on('problem', ({ error, concerns }) => {
      this.#setProblem(error);
      if (concerns !== 'connection') return;
      // What was recorded is finalized; the room has to be joined anew.
      this.#room.leave().catch((thrown: unknown) => {
        this.#setProblem(toPlateauError(thrown));
      });
    });
  }

  #recorderIs(state: RecorderState): void {
    if (this.#lastState === 'finalizing') {
      // It answers when the files are checked, which nothing has to wait for.
      this.#pending.delete('stopTake');
      this.#finalizingFraction = null;
      this.#room.roster.takeEnded();
      // The meeting ended its take. The next one in this room can be recorded as well.
      if (state === 'ready' && this.#recorder.hasRoomEnded) this.#recorder.awaitRoom();
    }
    if (state === 'finalizing') this.#finalizingFraction = 0;
    // The room is left, or somebody has started one already.
    if (state !== 'ready') this.#countdown.cancel();
    this.#lastState = state;
    this.#stateChanged();
  }

  #setProblem(problem: PlateauError | null): void {
    this.#problem = problem;
    this.#stateChanged();
  }

  /** A burst of changes (a room is joined) becomes one message. */
  #stateChanged(): void {
    if (this.#isStateDue) return;
    this.#isStateDue = true;
    setImmediate(() => {
      this.#isStateDue = false;
      this.#emit({ type: 'state', state: this.state });
    });
  }

  #emit(event: ConsoleEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
