import { resolve } from 'node:path';
import { PlateauError, toPlateauError } from '../contract/errors.js';
import type { Manifest } from '../contract/manifest.js';
import { readManifest } from '../storage/manifest-file.js';
import { type FolderOfTake, foldersOfTake } from '../storage/other-folders.js';
import { assertNotInUse } from '../storage/take-lock.js';
import {
  type DeliveredFile,
  deliverFolder,
  type DeliverOptions,
  type DeliverProgress,
  type Delivery,
  workOf,
} from './deliver-folder.js';

/**
 * Makes files for editing of all files of a take that are not MP4, as {@link deliverFolder} does of those in one folder. Of a take that
 * went on in another folder each has its own beside its original, or all are in `outputFolder`.
 *
 * @throws PlateauError as {@link deliverFolder}, of the folder that is named. What keeps those of another folder from being made is
 *   told as of a file that could not be.
 */
export async function deliverTake(takeFolder: string, options: DeliverOptions): Promise<Delivery> {
  await assertNotInUse(takeFolder);
  const manifest = await readManifest(takeFolder);
  if (manifest.folders === undefined) return deliverFolder(takeFolder, options);
  const own = resolve(takeFolder);
  const folders = await foldersOfTake(own, manifest);
  const others = folders.filter(({ path }) => path !== own);
  const run = new FoldersRun(options, [{ path: own, manifest }, ...others]);
  const { files, ...delivery } = await run.deliver(own);
  const all = [...files];
  for (const { path } of others) all.push(...(await run.deliverOther(path, delivery.folder)));
  for (const path of unreadable(manifest, folders)) all.push(run.failed(path, notReadable(path)));
  return { ...delivery, files: all };
}

/** One folder of a take after the other: what is told of is a share of all. */
class FoldersRun {
  readonly #options: DeliverOptions;
  readonly #folders: readonly FolderOfTake[];
  readonly #left: Map<string, ReturnType<typeof workOf>>;
  #doneFiles = 0;
  #doneWeight = 0;

  constructor(options: DeliverOptions, folders: readonly FolderOfTake[]) {
    this.#options = options;
    this.#folders = folders;
    this.#left = new Map(folders.map(({ manifest, path }) => [path, workOf(manifest)]));
  }

  /** Those of one folder. @param tellFile what became of each; the caller's own when left out @throws as {@link deliverFolder} */
  async deliver(path: string, tellFile = this.#options.onFile): Promise<Delivery> {
    const { files, weight } = this.#left.get(path) ?? { files: 0, weight: 0 };
    this.#left.delete(path);
    const onProgress = (progress: DeliverProgress): void => this.#tell(progress, weight);
    const delivery = await deliverFolder(path, { ...this.#options, onFile: tellFile, onProgress });
    this.#doneFiles += files;
    this.#doneWeight += weight;
    return delivery;
  }

  /** Those of another one. @param folder where the others are @throws PlateauError when `signal` ended it */
  async deliverOther(path: string, folder: string): Promise<readonly DeliveredFile[]> {
    const { onFile, outputFolder, signal } = this.#options;
    const placed = (file: DeliveredFile): DeliveredFile =>
      outputFolder === undefined && path !== folder ? { ...file, folder: path } : file;
    try {
      const { files } = await this.deliver(path, (file) => onFile?.(placed(file)));
      return files.map(placed);
    } catch (thrown) {
      if (signal?.aborted === true) throw thrown;
      return [this.failed(path, toPlateauError(thrown))];
    }
  }

  /** Nothing was made of a folder. */
  failed(path: string, error: PlateauError): DeliveredFile {
    const failed = { source: path, file: path, outcome: 'failed', deliverable: null, error } as const;
    this.#options.onFile?.(failed);
    return failed;
  }

  #tell(progress: DeliverProgress, weight: number): void {
    const left = [...this.#left.values()];
    const leftFiles = left.reduce((sum, { files }) => sum + files, 0);
    const all = this.#folders.reduce((sum, { manifest }) => sum + workOf(manifest).weight, 0);
    this.#options.onProgress?.({
      ...progress,
      number: this.#doneFiles + progress.number,
      files: this.#doneFiles + progress.files + leftFiles,
      fraction: (this.#doneWeight + weight * progress.fraction) / Math.max(1, all),
    });
  }
}

/** Paths of its folders that are not among those that could be read. */
function unreadable({ folders = [] }: Manifest, read: readonly FolderOfTake[]): string[] {
  const known = new Set(read.map(({ path }) => resolve(path)));
  return folders.flatMap(({ isThis, path }) => (isThis || known.has(resolve(path)) ? [] : [path]));
}

function notReadable(path: string): PlateauError {
  return new PlateauError(
    'verificationFailed',
    `The take went on in ${path}, which cannot be read: nothing was made of the files there.`,
    'Connect its disk, or put the folder back, and start again.',
  );
}
