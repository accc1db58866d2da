import { mkdir } from 'node:fs/promises';
import {
  commands,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type ConsoleEvent,
  type ConsoleState,
  type SourceForm,
} from '../contract/console.js';
import { PlateauError, toPlateauError, type Result } from '../contract/errors.js';
import type { Manifest } from '../contract/manifest.js';
import { profiles, type Profile } from '../contract/profile.js';
import type { Source } from '../contract/recording.js';
import { FaultBench } from '../lab/faults/fault-bench.js';
import type { RecorderState } from '../contract/snapshot.js';
import { earlierConnections } from '../livekit/leaked-connections.js';
import { Recorder } from '../recorder/recorder.js';
import type { ConsoleProcessProbe } from '../recorder/snapshot-builder.js';
import { plateauVersion } from '../version.js';
import { isCommandName, unreadable, withoutUndefined } from './command-input.js';
import { ConsoleSoak } from './console-soak.js';
import { openDemoSession, type DemoSession } from '../lab/room/demo-session.js';
import { RoomMonitor } from './room-monitor.js';
import { RoomRoster } from './room-roster.js';
import type { SecretStore } from './secret-store.js';
import { SettingsStore } from './settings-store.js';
import { rememberSecret, sourceOf } from './source-form.js';
import { TakesLibrary } from './takes-library.js';
import { TelemetryExport } from './telemetry-export.js';

/** What only a desktop can do; a person decides in its dialogues. */
export interface DesktopActions {
  /** Null when the person cancels. */
  chooseFolder(current: string): Promise<string | null>;
  reveal(path: string): Promise<void>;
  /** Ends the program once its engine is closed, and starts it anew. Resolves before that. */
  restart(): Promise<void>;
}

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

type Handlers = { [Name in CommandName]: (input: CommandInput<Name>) => Promise<CommandOutput<Name>> };

/**
 * The engine behind the contract, for any number of consoles over any transport: parses what comes in,
 * runs it, and tells every subscriber what happens.
 */
export class ConsoleService {
  readonly #options: ConsoleServiceOptions;
  readonly #settings: SettingsStore;
  readonly #monitor: RoomMonitor;
  readonly #recorder: Recorder;
  readonly #roster = new RoomRoster();
  readonly #telemetry = new TelemetryExport();
  readonly #soak: ConsoleSoak;
  /** Null while no room is joined. */
  #faults: FaultBench | null = null;
  readonly #listeners = new Set<(event: ConsoleEvent) => void>();
  #demo: DemoSession | null = null;
  #isOpeningStudio = false;
  #studioClosed: Promise<void> = Promise.resolve();
  #finalizingFraction: number | null = null;
  #problem: PlateauError | null = null;
  #isStateDue = false;
  #lastState: RecorderState = 'idle';

  private constructor(options: ConsoleServiceOptions) {
    this.#options = options;
    this.#settings = new SettingsStore(options.userDataFolder, options.defaultOutputFolder);
    this.#monitor = new RoomMonitor((thumbnail) => {
      this.#emit({ type: 'thumbnail', thumbnail });
    });
    this.#recorder = new Recorder((track) => this.#monitor.of(track), options.probe);
    this.#soak = new ConsoleSoak(this.#recorder, {
      startTake: () => this.#startTake(),
      onChanged: () => {
        this.#stateChanged();
      },
      onFailed: (thrown) => {
        this.#setProblem(toPlateauError(thrown));
      },
    });
    this.#recorder.setMemoryCeiling(this.#memoryCeilingBytes);
    this.#listen();
  }

  /** @throws Error when the folder for the settings cannot be created */
  static async open(options: ConsoleServiceOptions): Promise<ConsoleService> {
    await mkdir(options.userDataFolder, { recursive: true });
    return new ConsoleService(options);
  }

  get state(): ConsoleState {
    const recorder = this.#recorder;
    const { joined, take } = recorder;
    const { secrets, host } = this.#options;
    return {
      schema: 'plateau.console/1',
      version: plateauVersion,
      recorder: this.#isOpeningStudio ? 'connecting' : recorder.state,
      connection: this.#isOpeningStudio ? 'connecting' : recorder.connection,
      source: joined === null ? null : { kind: this.#demo === null ? 'server' : 'demo', ...joined },
      participants: this.#roster.list(recorder.participants, recorder.publications),
      take:
        take === null
          ? null
          : { name: take.name, startedAt: take.startedAt.toISOString(), markers: [...take.markers] },
      soak: this.#soak.soak,
      faults: this.#faults?.active ?? [],
      finalizingFraction: this.#finalizingFraction,
      problem: this.#problem?.toReport() ?? null,
      earlierConnections: earlierConnections(),
      settings: this.#settings.settings,
      remembered: {
        hasToken: secrets.read('token') !== null,
        hasApiSecret: secrets.read('apiSecret') !== null,
      },
      host,
    };
  }

  /** Recording, or finalizing what was recorded. */
  get isTakeRunning(): boolean {
    return this.#recorder.take !== null;
  }

  /** Runs one command. Never throws: whatever goes wrong is the result. */
  async handle(name: string, input: unknown): Promise<Result<unknown>> {
    try {
      if (!isCommandName(name)) {
        throw new PlateauError('usage', 'There is no such command.', 'Console and engine may differ in age.');
      }
      return { ok: true, value: await this.#run(name, input) };
    } catch (thrown) {
      return { ok: false, error: toPlateauError(thrown).toReport() };
    }
  }

  /** @returns what ends the subscription */
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
    return this.#library.filePath(takeName, file);
  }

  /**
   * Ends a running take properly, leaves the room, ends the demo's processes. What the SDK keeps for the
   * whole process is ended by `shutDownLivekit`, after which no room can be joined any more.
   */
  async close(): Promise<void> {
    await this.#leave();
    await this.#studioClosed;
  }

  async #run<Name extends CommandName>(name: Name, input: unknown): Promise<CommandOutput<Name>> {
    const parsed = commands[name].input.safeParse(input);
    if (!parsed.success) throw unreadable(parsed.error.issues);
    // Parsed by the schema of that very name.
    const answer = await this.#handlers[name](parsed.data as CommandInput<Name>);
    // What a handler holds besides, a timer or a secret, does not leave; what is not of the contract is our defect.
    return commands[name].output.parse(answer) as CommandOutput<Name>;
  }

  readonly #handlers: Handlers = {
    getState: () => Promise.resolve(this.state),
    connect: (form) => this.#connect(form),
    connectDemo: () => this.#connectDemo(),
    disconnect: async () => {
      this.#expectNoTake('leave the room');
      await this.#leave();
      return null;
    },
    arm: ({ identity, isArmed }) => {
      this.#expectNoTake('change what is recorded');
      this.#roster.arm(identity, isArmed);
      this.#stateChanged();
      return Promise.resolve(null);
    },
    startTake: () => this.#startTake(),
    startSoak: ({ minutes }) => this.#soak.start(minutes),
    stopTake: async () => {
      const takeName = this.#recorder.take?.name ?? '';
      const manifest = await this.#recorder.stopTake();
      return { takeName, isVerified: isVerified(manifest) };
    },
    addMarker: ({ label }) => {
      const marker = this.#recorder.addMarker(label.trim());
      this.#stateChanged();
      return Promise.resolve(marker);
    },
    startFault: ({ fault, isConfirmed }) => {
      if (this.#faults === null) {
        throw new PlateauError('invalidState', 'Faults need a running take.', 'Join a room first.');
      }
      return this.#faults.start(fault, isConfirmed);
    },
    stopFault: async ({ id }) => {
      await this.#faults?.stop(id);
      return null;
    },
    restart: async () => {
      this.#expectNoTake('restart');
      const hint = 'End `plateau serve` on the recording machine and start it again.';
      await this.#desktopTo('start the recorder anew', hint).restart();
      return null;
    },
    dismissProblem: () => {
      this.#setProblem(null);
      return Promise.resolve(null);
    },
    updateSettings: (changes) => {
      const settings = this.#settings.update(withoutUndefined(changes));
      this.#recorder.setMemoryCeiling(this.#memoryCeilingBytes);
      this.#stateChanged();
      return Promise.resolve(settings);
    },
    chooseOutputFolder: async () => {
      const folder = await this.#folders.chooseFolder(this.#settings.settings.outputFolder);
      if (folder !== null) {
        this.#settings.update({ outputFolder: folder });
        this.#stateChanged();
      }
      return folder;
    },
    listTakes: () => this.#library.list(),
    verifyTake: ({ takeName }) =>
      this.#library.verify(takeName, (fraction) => {
        this.#emit({ type: 'verifying', takeName, fraction });
      }),
    deleteTake: async ({ takeName }) => {
      await this.#library.delete(takeName);
      return null;
    },
    revealTake: async ({ takeName }) => {
      await this.#folders.reveal(await this.#library.folderOf(takeName));
      return null;
    },
    exportTelemetry: () => this.#telemetry.read(this.#recorder),
  };

  async #connect(form: SourceForm): Promise<null> {
    this.#setProblem(null);
    const { secrets } = this.#options;
    const source = sourceOf(form, secrets);
    const { credentials } = form;
    this.#settings.update({
      url: source.url,
      room: form.room.trim(),
      credentialKind: credentials.kind,
      ...(credentials.kind === 'apiKey' ? { apiKey: credentials.apiKey.trim() } : {}),
    });
    await this.#join(source);
    // Only what the server has accepted is worth keeping.
    rememberSecret(form, source, secrets);
    this.#stateChanged();
    return null;
  }

  async #connectDemo(): Promise<null> {
    this.#setProblem(null);
    if (this.#isOpeningStudio || this.#recorder.state !== 'idle') {
      throw new PlateauError('invalidState', 'The recorder is already in a room.', 'Leave it first.');
    }
    this.#isOpeningStudio = true;
    this.#stateChanged();
    try {
      await this.#studioClosed;
      this.#demo = await openDemoSession();
    } finally {
      this.#isOpeningStudio = false;
      this.#stateChanged();
    }
    try {
      await this.#join(this.#demo.source);
    } catch (thrown) {
      this.#closeStudio();
      throw thrown;
    }
    return null;
  }

  async #join(source: Source): Promise<void> {
    this.#roster.clear();
    await this.#recorder.connect(source, { participants: null, audioOnly: false });
    const targets = {
      recorder: this.#recorder,
      people: this.#demo?.people ?? null,
      network: this.#demo?.network ?? null,
      source,
    };
    this.#faults = new FaultBench(targets, () => {
      this.#stateChanged();
    });
  }

  async #startTake(): Promise<{ takeName: string }> {
    this.#setProblem(null);
    const { outputFolder, audioOnly } = this.#settings.settings;
    const path = await this.#recorder.startTake({
      outputFolder,
      audioOnly,
      profile: this.#profile,
      participants: null,
      except: this.#roster.unarmed,
    });
    this.#roster.takeStarted(this.#recorder.participants);
    this.#telemetry.takeStarted(path);
    return { takeName: this.#recorder.take?.name ?? '' };
  }

  /** Stops a take that runs, leaves the room, ends the demo. */
  async #leave(): Promise<void> {
    await this.#faults?.close();
    this.#faults = null;
    await this.#recorder.disconnect();
    this.#monitor.clear();
    this.#roster.clear();
    this.#closeStudio();
    this.#stateChanged();
  }

  /** Nobody has to wait for the demo's processes to end: the next room can be joined meanwhile. */
  #closeStudio(): void {
    const demo = this.#demo;
    this.#demo = null;
    if (demo === null) return;
    this.#studioClosed = demo.close().catch((thrown: unknown) => {
      this.#setProblem(toPlateauError(thrown));
    });
  }

  #listen(): void {
    const recorder = this.#recorder;
    recorder.on('room', () => {
      this.#stateChanged();
    });
    recorder.on('state', (state) => {
      this.#recorderIs(state);
    });
    recorder.on('progress', (fraction) => {
      this.#finalizingFraction = fraction;
      this.#stateChanged();
    });
    recorder.on('event', (event) => {
      this.#emit({ type: 'event', event });
    });
    recorder.on('snapshot', (snapshot) => {
      if (this.#listeners.size === 0) return;
      this.#emit({ type: 'snapshot', snapshot });
      const levels = this.#monitor.drainLevels();
      if (levels.length > 0) this.#emit({ type: 'levels', levels });
    });
    recorder.on('lost', (error) => {
      this.#setProblem(error);
      // What was recorded is finalized; the room has to be joined anew.
      this.#leave().catch((thrown: unknown) => {
        this.#setProblem(toPlateauError(thrown));
      });
    });
  }

  #recorderIs(state: RecorderState): void {
    const { stoppedBy } = this.#recorder;
    if (this.#lastState === 'finalizing') {
      this.#finalizingFraction = null;
      this.#roster.takeEnded();
      if (stoppedBy !== null) this.#setProblem(stoppedBy);
    }
    if (state === 'finalizing') this.#finalizingFraction = 0;
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

  get #library(): TakesLibrary {
    return new TakesLibrary(this.#settings.settings.outputFolder, () => this.#recorder.take?.name ?? null);
  }

  get #profile(): Profile {
    const { profileName, container, crf } = this.#settings.settings;
    return { ...profiles[profileName], container, crf };
  }

  get #memoryCeilingBytes(): number | null {
    const { memoryCeilingMegabytes } = this.#settings.settings;
    return memoryCeilingMegabytes === null ? null : memoryCeilingMegabytes * 1e6;
  }

  get #folders(): DesktopActions {
    const hint = 'Copy the path instead, or enter a folder by hand.';
    return this.#desktopTo('open folders of the recording machine', hint);
  }

  /**
   * @param action `open folders of the recording machine`
   * @param hint what a person does instead
   */
  #desktopTo(action: string, hint: string): DesktopActions {
    const { desktop } = this.#options;
    if (desktop !== null) return desktop;
    throw new PlateauError('usage', `This console runs in a browser and cannot ${action}.`, hint);
  }

  #expectNoTake(action: string): void {
    if (!this.isTakeRunning) return;
    throw new PlateauError('invalidState', `Cannot ${action} while a take is running.`, 'Stop it first.');
  }
}

function isVerified(manifest: Manifest): boolean {
  return manifest.files.length > 0 && manifest.files.every(({ state }) => state === 'verified');
}
