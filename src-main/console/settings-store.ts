import Conf from 'conf';
import { defaultProfileName, type Profile, profiles } from '../contract/profile.js';
import { type Settings, settingsSchema } from '../contract/settings.js';

/** Remembers the settings in `settings.json`, written atomically. A file that cannot be read counts as none. */
export class SettingsStore {
  readonly #conf: Conf<Settings>;
  readonly #defaults: Settings;
  #settings: Settings;

  /**
   * @param folder absolute path of the folder that `settings.json` lies in
   * @param defaultOutputFolder absolute path of the folder for takes, until somebody chooses another
   */
  constructor(folder: string, defaultOutputFolder: string) {
    const { container, crf } = profiles[defaultProfileName];
    this.#defaults = {
      url: '',
      room: '',
      credentialKind: 'apiKey',
      apiKey: '',
      outputFolder: defaultOutputFolder,
      profileName: defaultProfileName,
      container,
      crf,
      audioOnly: false,
      armsNewcomers: true,
      memoryCeilingMegabytes: null,
      theme: 'dark',
    };
    this.#conf = new Conf<Settings>({ cwd: folder, configName: 'settings', clearInvalidConfig: true });
    this.#settings = this.#read();
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

  /** Null for the take's budget alone. */
  get memoryCeilingBytes(): number | null {
    const { memoryCeilingMegabytes } = this.#settings;
    return memoryCeilingMegabytes === null ? null : memoryCeilingMegabytes * 1e6;
  }

  /**
   * Changes some of them, and writes them all.
   *
   * @throws ZodError when one is no setting; nothing is changed then
   */
  update(changes: Partial<Settings>): Settings {
    this.#settings = settingsSchema.parse({ ...this.#settings, ...changes });
    this.#conf.set(this.#settings);
    return this.#settings;
  }

  /** Setting by setting: one that an older version wrote, or somebody by hand, must not cost the others. */
  #read(): Settings {
    const known: Record<string, unknown> = {};
    for (const [name, schema] of Object.entries(settingsSchema.shape)) {
      const parsed = schema.safeParse(this.#conf.get(name as keyof Settings));
      if (parsed.success) known[name] = parsed.data;
    }
    return settingsSchema.parse({ ...this.#defaults, ...known });
  }
}
