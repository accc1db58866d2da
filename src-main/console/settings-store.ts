import { accessSync, constants } from 'node:fs';
import Conf from 'conf';
import type { DeliverableSettings } from '../contract/deliverables.js';
import { PlateauError } from '../contract/errors.js';
import { defaultProfileName, type Profile, profiles } from '../contract/profile.js';
import { maxRecentRooms, type RecentRoom, type Settings, settingsSchema } from '../contract/settings.js';
import { answersInTime } from '../process/path-answers.js';
import { hasCode } from '../process/system-error.js';
import { makeFolders } from '../storage/make-folders.js';

/** Remembers the settings in `settings.json`, written atomically. A file that cannot be read counts as none. */
export class SettingsStore {
  /** Null where nothing can be remembered. */
  readonly #conf: Conf<Settings> | null;
  readonly #folder: string;
  readonly #defaults: Settings;
  #settings: Settings;
  #saveProblem: PlateauError | null = null;

  /**
   * @param folder absolute path of the folder that `settings.json` lies in
   * @param defaultOutputFolder absolute path of the folder for takes, until somebody chooses another
   * @param doesAnswer whether the file system of the folder does; a call to one that does not would never return
   */
  constructor(folder: string, defaultOutputFolder: string, doesAnswer = true) {
    const { container, crf } = profiles[defaultProfileName];
    this.#defaults = {
      url: '',
      room: '',
      credentialKind: 'apiKey',
      apiKey: '',
      outputFolder: defaultOutputFolder,
      fallbackFolder: '',
      backupFolder: '',
      takeMode: 'encode',
      profileName: defaultProfileName,
      container,
      crf,
      audioOnly: false,
      armsNewcomers: 'on',
      memoryCeilingMegabytes: null,
      maxFiles: null,
      furtherAudio: 'file',
      replaySeconds: null,
      splitEveryMinutes: null,
      countdownSeconds: null,
      makesMp4: false,
      mp4Fps: 30,
      mp4Size: 'source',
      theme: 'system',
      recentRooms: [],
    };
    this.#folder = folder;
    if (!doesAnswer) this.#saveProblem = notSaved(folder, null);
    this.#conf = doesAnswer ? this.#open() : null;
    this.#settings = this.#read();
  }

  /** Opens the settings of a folder, which is made where it is missing; see the constructor for what is given. */
  static async open(
    folder: string,
    defaultOutputFolder: string,
    make: (folder: string) => Promise<unknown> = makeFolders,
  ): Promise<SettingsStore> {
    const doesAnswer = await answersInTime(folder, 'write');
    let refusal: unknown = null;
    if (doesAnswer) await make(folder).catch((thrown: unknown) => (refusal = thrown));
    const store = new SettingsStore(folder, defaultOutputFolder, doesAnswer);
    // That it is missing is what follows from that.
    if (store.#saveProblem !== null && refusal !== null) store.#saveProblem = notSaved(folder, refusal);
    return store;
  }

  /** Where more may be remembered beside them; null where nothing can be. */
  get folder(): string | null {
    return this.#conf === null ? null : this.#folder;
  }

  /** Why the settings last no longer than the program; null while they are remembered. */
  get saveProblem(): PlateauError | null {
    return this.#saveProblem;
  }

  /** As they stand; every change makes new ones. */
  get settings(): Settings {
    return this.#settings;
  }

  /** How the next take is encoded. */
  get profile(): Profile {
    const { profileName, container, crf } = this.#settings;
    return { ...profiles[profileName], container, crf };
  }

  /** How MP4 files are made of a take. */
  get mp4(): DeliverableSettings {
    const { mp4Fps: fps, mp4Size: size } = this.#settings;
    return { fps, size };
  }

  /** Null for the take's budget alone; in copy mode, where there is nothing to do without, always. */
  get memoryCeilingBytes(): number | null {
    const { memoryCeilingMegabytes, takeMode } = this.#settings;
    return memoryCeilingMegabytes === null || takeMode === 'copy' ? null : memoryCeilingMegabytes * 1e6;
  }

  /**
   * Changes some of them, and writes them all. Where they cannot be written they hold as long as the program.
   *
   * @throws ZodError when one is no setting; nothing is changed then
   */
  update(changes: Partial<Settings>): Settings {
    this.#settings = settingsSchema.parse({ ...this.#settings, ...changes });
    try {
      this.#conf?.set(this.#settings);
    } catch (thrown) {
      this.#saveProblem = notSaved(this.#folder, thrown);
    }
    return this.#settings;
  }

  /** Remembers a room that was joined: it is the latest now. @throws what {@link SettingsStore.update} throws */
  noteRoom(joined: RecentRoom): void {
    const { recentRooms } = this.#settings;
    const others = recentRooms.filter(({ url, room }) => url !== joined.url || room !== joined.room);
    this.update({ recentRooms: [joined, ...others].slice(0, maxRecentRooms) });
  }

  #open(): Conf<Settings> | null {
    try {
      accessSync(this.#folder, constants.W_OK);
      return new Conf<Settings>({
        cwd: this.#folder,
        configName: 'settings',
        clearInvalidConfig: true,
        configFileMode: 0o600,
      });
    } catch (thrown) {
      this.#saveProblem = notSaved(this.#folder, thrown);
      return null;
    }
  }

  /** Setting by setting: one that an older version wrote, or somebody by hand, must not cost the others. */
  #read(): Settings {
    const known: Record<string, unknown> = {};
    for (const [name, schema] of Object.entries(settingsSchema.shape)) {
      const parsed = schema.safeParse(migrated(name, this.#conf?.get(name as keyof Settings)));
      if (parsed.success) known[name] = parsed.data;
    }
    return settingsSchema.parse({ ...this.#defaults, ...known });
  }
}

/** What earlier versions wrote, as it is written now. */
function migrated(name: string, value: unknown): unknown {
  return name === 'armsNewcomers' && typeof value === 'boolean' ? (value ? 'on' : 'off') : value;
}

function notSaved(folder: string, cause: unknown): PlateauError {
  return new PlateauError(
    'outputUnwritable',
    `The settings cannot be saved: ${whyNotWritten(folder, cause)}. They hold until Plateau ends.`,
    `Make ${folder} writable for this user; \`plateau serve --user-data FOLDER\` takes another one.`,
    { cause },
  );
}

function whyNotWritten(folder: string, cause: unknown): string {
  if (hasCode(cause, 'EACCES', 'EPERM')) return `${folder} may not be made or written by this user`;
  if (hasCode(cause, 'EROFS')) return `${folder} is on a read-only disk`;
  if (hasCode(cause, 'ENOTDIR', 'EEXIST')) return `${folder} is a file, or lies below one`;
  if (hasCode(cause, 'ENOSPC', 'EDQUOT')) return 'its disk is full';
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null;
  return code === null ? 'its disk does not answer' : `${folder} cannot be written (${code})`;
}
