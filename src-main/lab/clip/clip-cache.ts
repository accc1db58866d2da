import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PlateauError } from '../../contract/errors.js';
import { privateTemporaryFolder, userCacheFolder } from '../../process/user-folders.js';
import { AudioClip } from './audio-clip.js';
import { encodeAudioClip, encodeVideoClip } from './clip-encoder.js';
import { audioClipFile, type AudioClipSpec, videoClipFile, type VideoClipSpec } from './clip-spec.js';
import { readVideoClip, type VideoClip } from './video-clip.js';

async function writableClipFolder(): Promise<string> {
  try {
    return await madeFolder(join(userCacheFolder(), 'clips'));
  } catch {
    return madeFolder(join(privateTemporaryFolder(), 'clips'));
  }
}

/** @throws PlateauError `outputUnwritable` when it cannot be made or written */
async function madeFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return folder;
  } catch (cause) {
    throw new PlateauError(
      'outputUnwritable',
      'The folder in which clips are kept cannot be written.',
      'Set XDG_CACHE_HOME or TMPDIR to a folder that this user may write.',
      { cause },
    );
  }
}

/**
 * Clips by what they show. Each is encoded once for the user, which takes seconds, and read once for each
 * process; the process keeps what it has read, about 1 MB for each minute-and-size.
 */
export class ClipCache {
  readonly #folder: () => Promise<string>;
  readonly #videos = new Map<string, Promise<VideoClip>>();
  readonly #audios = new Map<string, Promise<AudioClip>>();
  /** Encoders run one after the other: side by side they would take the machine from the take. */
  #lastEncode: Promise<unknown> = Promise.resolve();

  /** @param folder where clips are kept; a folder for temporary files stands in where the user's cache cannot be written */
  constructor(folder?: string) {
    let found: Promise<string> | null = null;
    this.#folder = () => (found ??= folder === undefined ? writableClipFolder() : madeFolder(folder));
  }

  /**
   * The clip of a camera or screen: from memory, else from the cache, else encoded now, which takes
   * seconds. Equal specs get the same clip, also while it is being made; it is only to be read. A failure
   * is not kept: the next call tries again.
   *
   * @throws PlateauError `ffmpegMissing`, `ffmpegFailed`; `outputUnwritable` when no cache can be written; Error when
   *   ffmpeg made something else of the spec
   */
  video(spec: VideoClipSpec): Promise<VideoClip> {
    return this.#kept(this.#videos, videoClipFile(spec), async (name) => {
      const encode = (file: string): Promise<void> => encodeVideoClip(spec, file);
      return this.#read(name, encode, (content) => readVideoClip(spec, content));
    });
  }

  /**
   * The clip of a microphone, as {@link video} gets that of a camera.
   *
   * @throws PlateauError `ffmpegMissing`, `ffmpegFailed`; `outputUnwritable` when no cache can be written; Error when
   *   ffmpeg made something else of the spec
   */
  audio(spec: AudioClipSpec): Promise<AudioClip> {
    return this.#kept(this.#audios, audioClipFile(spec), async (name) => {
      const encode = (file: string): Promise<void> => encodeAudioClip(spec, file);
      return this.#read(name, encode, (content) => new AudioClip(content));
    });
  }

  #kept<Clip>(
    clips: Map<string, Promise<Clip>>,
    name: string,
    open: (name: string) => Promise<Clip>,
  ): Promise<Clip> {
    let clip = clips.get(name);
    if (clip === undefined) {
      clip = open(name);
      clips.set(name, clip);
      // A failure is not kept: the disk may have room the next time.
      clip.catch(() => clips.delete(name));
    }
    return clip;
  }

  async #read<Clip>(
    name: string,
    encode: (file: string) => Promise<void>,
    parse: (content: Buffer) => Clip,
  ): Promise<Clip> {
    const path = join(await this.#folder(), name);
    if (await exists(path)) {
      try {
        return parse(await readFile(path));
      } catch {
        // Damaged, or by another version of ffmpeg: made anew.
      }
    }
    const encoded = this.#lastEncode.then(() => this.#encodeTo(path, encode));
    this.#lastEncode = encoded.catch(() => undefined);
    await encoded;
    return parse(await readFile(path));
  }

  async #encodeTo(path: string, encode: (file: string) => Promise<void>): Promise<void> {
    // Under a name of its own: other processes may make the same clip meanwhile.
    const draft = `${path}.${randomUUID()}.part`;
    try {
      await encode(draft);
      await rename(draft, path);
    } finally {
      await rm(draft, { force: true });
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
