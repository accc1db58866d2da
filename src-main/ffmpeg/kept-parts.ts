import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inTime } from '../process/deadline.js';
import { userCacheFolder } from '../process/user-folders.js';
import { replaceFile } from '../storage/replace-file.js';
import type { FfmpegBinary } from './ffmpeg-binary.js';

/** How programs in machine code begin: ELF, Windows, and macOS in one and in several architectures. */
const programMarks = ['7f454c46', '4d5a', 'cffaedfe', 'cafebabe'] as const;
/** Bytes, of the longest of them. */
const markBytes = 4;

/** A home on a disk that does not answer holds nobody up for longer, in milliseconds: then it is asked, as without a cache. */
const diskLimitMs = 2_000;

const keptSchema = z.object({
  build: z.string(),
  lists: z.record(z.string(), z.array(z.string())),
});
/** The parts of one build of ffmpeg, by the option that lists them. */
type KeptLists = Readonly<Record<string, readonly string[]>>;

/**
 * Which parts an ffmpeg has is the same as long as it is the same program: to ask costs a start of it for each kind, a third
 * of a second of a small machine at each start of ours. What it said is kept in the user's cache, of the build that was asked
 * last. A script may lead to another program tomorrow, and is asked each time.
 */
export class KeptParts {
  readonly #build: string;
  readonly #folder: string;
  readonly lists: KeptLists;

  private constructor(build: string, folder: string, lists: KeptLists) {
    this.#build = build;
    this.#folder = folder;
    this.lists = lists;
  }

  /**
   * What is known of this very program.
   *
   * @param folder the user's cache when left out
   * @returns null when nothing may be kept of it: it is no program in machine code, or it or the cache cannot be read
   */
  static async of(ffmpeg: FfmpegBinary, folder?: string): Promise<KeptParts | null> {
    const read = async (): Promise<KeptParts | null> => {
      const build = await buildOf(ffmpeg);
      if (build === null) return null;
      const cache = folder ?? userCacheFolder();
      const text = await readFile(fileIn(cache), 'utf8').catch(() => '');
      return new KeptParts(build, cache, listsIn(text, build));
    };
    const found = await inTime(
      read().catch(() => null),
      diskLimitMs,
    );
    return found.isInTime ? found.value : null;
  }

  /** Writes down what it said as well. A cache that cannot be written is no failure: it is asked again the next time. */
  async add(lists: KeptLists): Promise<void> {
    const kept = { build: this.#build, lists: { ...this.lists, ...lists } };
    const write = async (): Promise<void> => {
      await mkdir(this.#folder, { recursive: true });
      // Of two that are asked at once, in this process or in another, the last one is kept.
      await replaceFile(
        fileIn(this.#folder),
        `${JSON.stringify(kept)}\n`,
        `.ffmpeg-parts.${randomUUID()}.tmp`,
      );
    };
    await inTime(
      write().catch(() => undefined),
      diskLimitMs,
    );
  }
}

function fileIn(folder: string): string {
  return join(folder, 'ffmpeg-parts.json');
}

/** Empty when it is of another build, or damaged. */
function listsIn(text: string, build: string): KeptLists {
  try {
    const kept = keptSchema.parse(JSON.parse(text));
    return kept.build === build ? kept.lists : {};
  } catch {
    return {};
  }
}

/** The file itself, when it was last changed in any way, and all that it says of itself with its libraries. */
async function buildOf({ path, said }: FfmpegBinary): Promise<string | null> {
  const real = await realpath(path);
  const file = await open(real, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(markBytes), 0, markBytes, 0);
    const mark = buffer.toString('hex');
    if (!programMarks.some((known) => mark.startsWith(known))) return null;
    const { dev, ino, size, mtimeNs, ctimeNs } = await file.stat({ bigint: true });
    const facts = [real, dev, ino, size, mtimeNs, ctimeNs, said].join('\n');
    return createHash('sha256').update(facts).digest('hex');
  } finally {
    await file.close();
  }
}
