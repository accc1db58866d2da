import { rmdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Deliverable, DeliverableSettings } from '../contract/deliverables.js';
import { PlateauError, toPlateauError } from '../contract/errors.js';
import type { Manifest, ManifestFile, Marker } from '../contract/manifest.js';
import { findFfmpeg } from '../ffmpeg/ffmpeg-binary.js';
import { assertHasParts, partsForDelivering } from '../ffmpeg/ffmpeg-capabilities.js';
import { chaptersOf } from '../finalize/file-chapters.js';
import { formatBytes } from '../format/bytes.js';
import type { LowPriority } from '../process/low-priority.js';
import { hasCode } from '../process/system-error.js';
import { sha256OfFile } from '../storage/checksum.js';
import { deliveringFolderName, readDeliverables, writeDeliverables } from '../storage/deliverables-file.js';
import { makeFolders } from '../storage/make-folders.js';
import { readManifest } from '../storage/manifest-file.js';
import { freeBytesOf, outputError } from '../storage/take-folder.js';
import { assertNotInUse, TakeLock } from '../storage/take-lock.js';
import { deliverableName, isMp4, isSameSettings, isUnreadable, neededBytes } from './deliver-plan.js';
import { type DeliverStep, makeDeliverable } from './make-deliverable.js';

/** How far a take's files are. */
export interface DeliverProgress {
  /** The finished file that is being made, and which one of how many. */
  readonly file: string;
  readonly number: number;
  readonly files: number;
  readonly step: DeliverStep;
  /** Of this file, and of all of them by their length; 0 to 1. */
  readonly fileFraction: number;
  readonly fraction: number;
}

/** What became of one file of a take. */
export interface DeliveredFile {
  /** The original; of a folder that cannot be read, its path, as the next. */
  readonly source: string;
  /** The finished file; of an MP4 the original itself. */
  readonly file: string;
  /** Where it is, absolute, when that is not the folder of the others: of a take that went on in another folder. */
  readonly folder?: string | undefined;
  /**
   * `kept`: it was there, made in the same way, and is as it was made. `isMp4`: nothing had to be made. `unreadable`: nothing can be,
   * for the take says that its original holds nothing.
   */
  readonly outcome: 'made' | 'kept' | 'isMp4' | 'unreadable' | 'failed';
  readonly deliverable: Deliverable | null;
  readonly error: PlateauError | null;
}

/** What became of a take. */
export interface Delivery {
  readonly takeName: string;
  /** Where the finished files are; absolute. */
  readonly folder: string;
  readonly files: readonly DeliveredFile[];
}

export interface DeliverOptions {
  readonly settings: DeliverableSettings;
  /** A folder that gets one of the take's name; the take's own folder when left out. */
  readonly outputFolder?: string | undefined;
  readonly priority?: LowPriority | undefined;
  /** Ends the work: finished files are kept, and the next run goes on with the one at hand. */
  readonly signal?: AbortSignal | undefined;
  readonly stretchSeconds?: number | undefined;
  readonly onProgress?: ((progress: DeliverProgress) => void) | undefined;
  /** Called for each file when it is known what became of it. */
  readonly onFile?: ((file: DeliveredFile) => void) | undefined;
}

/** A file without video takes so much of the time of one with it. */
const audioShare = 0.05;

/**
 * Makes files for editing of those in one folder of a take that are not MP4, one after the other: H.264 + AAC at a constant frame
 * rate, proven against their originals, which are only read. What an earlier run has made in the same way is kept.
 *
 * @throws PlateauError `takeNotFound` without a manifest; `takeInUse` while somebody records the take, or makes files of it;
 *   `invalidState` when nobody has finished it; `diskFull`, `outputUnwritable`, `ffmpegMissing`, `ffmpegUnsuitable`. What
 *   concerns one file alone is told of it, and the next one has its turn.
 */
export async function deliverFolder(takeFolder: string, options: DeliverOptions): Promise<Delivery> {
  await assertNotInUse(takeFolder);
  const manifest = await readManifest(takeFolder);
  assertEnded(manifest);
  const takeName = basename(resolve(takeFolder));
  const { outputFolder } = options;
  const folder = outputFolder === undefined ? resolve(takeFolder) : resolve(outputFolder, takeName);
  const sources = sourcesOf(manifest);
  const files = manifest.files.flatMap((entry): DeliveredFile[] => {
    const { file: source } = entry;
    const nothing = { source, deliverable: null, error: null };
    if (isMp4(source)) return [{ ...nothing, file: source, outcome: 'isMp4' }];
    return isUnreadable(entry) ? [{ ...nothing, file: nameFor(entry), outcome: 'unreadable' }] : [];
  });
  for (const file of files) options.onFile?.(file);
  if (sources.length === 0) return { takeName, folder, files };
  const work = join(folder, deliveringFolderName);
  await makeFolders(work).catch((thrown: unknown) => {
    throw outputError(thrown, folder);
  });
  const lock = await TakeLock.acquire(work, 'delivering', () => 0);
  try {
    const run = new DeliveryRun(
      { takeFolder, takeName, folder, work, sources, markers: manifest.markers },
      options,
    );
    return { takeName, folder, files: [...files, ...(await run.all())] };
  } finally {
    await lock.release();
    // What an interrupted run has left stays for the next one.
    await rmdir(work).catch(() => undefined);
  }
}

interface Places {
  readonly takeFolder: string;
  readonly takeName: string;
  readonly folder: string;
  readonly work: string;
  readonly sources: readonly ManifestFile[];
  readonly markers: readonly Marker[];
}

class DeliveryRun {
  readonly #places: Places;
  readonly #options: DeliverOptions;
  #known: readonly Deliverable[] = [];

  constructor(places: Places, options: DeliverOptions) {
    this.#places = places;
    this.#options = options;
  }

  /** Makes what is missing. */
  async all(): Promise<DeliveredFile[]> {
    const { folder, sources } = this.#places;
    const { onFile } = this.#options;
    this.#known = (await readDeliverables(folder))?.files ?? [];
    const found = new Map<ManifestFile, DeliveredFile>();
    for (const source of sources) {
      const kept = await this.#kept(source);
      if (kept === null) continue;
      found.set(source, kept);
      onFile?.(kept);
    }
    const missing = sources.filter((source) => !found.has(source));
    await this.#makeAll(missing, found);
    return sources.flatMap((source) => found.get(source) ?? []);
  }

  async #makeAll(missing: readonly ManifestFile[], found: Map<ManifestFile, DeliveredFile>): Promise<void> {
    if (missing.length === 0) return;
    await this.#assertSpace(missing);
    const ffmpeg = await findFfmpeg();
    await assertHasParts(ffmpeg, partsForDelivering(missing.flatMap(({ videoCodec }) => videoCodec ?? [])));
    const weights = missing.map(weightOf);
    const allWeight = weights.reduce((sum, weight) => sum + weight, 0);
    let doneWeight = 0;
    for (const [index, source] of missing.entries()) {
      const weight = weights[index] ?? 0;
      const file = nameFor(source);
      const made = await this.#made(source, ffmpeg, (step, fileFraction) => {
        const fraction = (doneWeight + weight * fileFraction) / allWeight;
        const place = { file, number: index + 1, files: missing.length };
        this.#options.onProgress?.({ ...place, step, fileFraction, fraction });
      });
      doneWeight += weight;
      found.set(source, made);
      this.#options.onFile?.(made);
    }
  }

  async #made(
    source: ManifestFile,
    ffmpeg: Awaited<ReturnType<typeof findFfmpeg>>,
    onProgress: (step: DeliverStep, fraction: number) => void,
  ): Promise<DeliveredFile> {
    const { folder, takeFolder, takeName, work } = this.#places;
    const { priority, settings, signal, stretchSeconds } = this.#options;
    const file = nameFor(source);
    try {
      const deliverable = await makeDeliverable({
        ...{ ffmpeg, folder, file, settings, priority, signal, stretchSeconds, onProgress },
        ...{
          sourcePath: join(takeFolder, source.file),
          sourceFile: source.file,
          sourceSha256: source.sha256,
        },
        chapters: chaptersOf(this.#places.markers, source),
        workFolder: join(work, file),
        onProven: async (proven) => {
          this.#known = [...this.#known.filter((one) => one.file !== file), proven];
          await writeDeliverables(folder, {
            ...{ schema: 'plateau.deliverables/1', takeName, files: [...this.#known] },
          });
        },
      });
      return { source: source.file, file, outcome: 'made', deliverable, error: null };
    } catch (thrown) {
      if (signal?.aborted === true) throw interrupted();
      const error = toPlateauError(thrown);
      // The next file would meet the same.
      if (error.code !== 'verificationFailed' && error.code !== 'ffmpegFailed') throw error;
      return { source: source.file, file, outcome: 'failed', deliverable: null, error };
    }
  }

  /** A file that is there already: ours and as it was made, or in the way. @returns null when it is to be made */
  async #kept(source: ManifestFile): Promise<DeliveredFile | null> {
    const { folder } = this.#places;
    const file = nameFor(source);
    const told = this.#known.find((one) => one.file === file);
    const path = join(folder, file);
    const size = await stat(path).then(
      (stats) => stats.size,
      (thrown: unknown) => {
        if (hasCode(thrown, 'ENOENT')) return null;
        throw outputError(thrown);
      },
    );
    if (size === null) return null;
    const { settings, signal } = this.#options;
    const isOurs = told?.sizeBytes === size && (await sha256OfFile(path, signal)) === told.sha256;
    if (!isOurs)
      return { source: source.file, file, outcome: 'failed', deliverable: null, error: inTheWay(file, told) };
    const isCurrent = isSameSettings(told.settings, settings) && told.source.sha256 === source.sha256;
    return isCurrent ? { source: source.file, file, outcome: 'kept', deliverable: told, error: null } : null;
  }

  async #assertSpace(missing: readonly ManifestFile[]): Promise<void> {
    const freeBytes = await freeBytesOf(this.#places.folder);
    const needed = neededBytes(missing.map(({ sizeBytes }) => sizeBytes ?? 0));
    if (freeBytes === null || freeBytes >= needed) return;
    throw new PlateauError(
      'diskFull',
      `About ${formatBytes(needed)} are needed for the MP4 files, and ${formatBytes(freeBytes)} are free.`,
      'Free some space, or choose a folder on another disk.',
    );
  }
}

/** Files of a take, or of one of its folders, of which something can be made, and how much work they are to one another. */
export function workOf(manifest: Pick<Manifest, 'files'>): {
  readonly files: number;
  readonly weight: number;
} {
  const sources = sourcesOf(manifest);
  return { files: sources.length, weight: sources.map(weightOf).reduce((sum, weight) => sum + weight, 0) };
}

function sourcesOf({ files }: Pick<Manifest, 'files'>): ManifestFile[] {
  return files.filter((entry) => !isMp4(entry.file) && !isUnreadable(entry));
}

function nameFor({ canvas, file }: ManifestFile): string {
  return deliverableName(file, canvas !== null);
}

function weightOf({ canvas, durationMs }: ManifestFile): number {
  return Math.max(1, durationMs ?? 0) * (canvas === null ? audioShare : 1);
}

function inTheWay(file: string, told: Deliverable | undefined): PlateauError {
  return new PlateauError(
    'verificationFailed',
    told === undefined
      ? `There is a file called ${file} already, which Plateau did not make.`
      : `${file} was changed after it had been made.`,
    'Rename it or move it away, then start again. Nothing was written over.',
  );
}

function assertEnded({ state }: Manifest): void {
  if (state === 'complete' || state === 'failed') return;
  throw state === 'checking'
    ? new PlateauError('invalidState', 'The take has not been checked yet.', 'Verify it first.')
    : new PlateauError('invalidState', 'The take was not finished.', 'Recover it first.');
}

/** The error of a run that its caller ended. */
export function interrupted(): PlateauError {
  return new PlateauError(
    'ffmpegFailed',
    'Making MP4 files was ended before all of them were finished.',
    'Finished ones are kept. Start it again: it goes on where it was.',
  );
}
