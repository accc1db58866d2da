import type { CommandOutput } from '../contract/console.js';
import { contentOfManifest } from '../contract/losses.js';
import { isInterrupted, recoverTake } from '../recovery/recover-take.js';
import { readManifest } from '../storage/manifest-file.js';
import { foldersOfTake } from '../storage/other-folders.js';

/**
 * Finishes what an interrupted recorder left of a take: in its folder, and in those that it went on in, as far as they can be read.
 *
 * @throws PlateauError as {@link recoverTake}
 */
export async function recoverFolders(folder: string): Promise<CommandOutput<'recoverTake'>> {
  const { outcome } = await recoverTake(folder);
  let isWhole = outcome !== 'kept';
  for (const { manifest, path } of await foldersIn(folder)) {
    if (path === folder || !isInterrupted(manifest)) continue;
    const other = await recoverTake(path);
    isWhole &&= other.outcome !== 'kept';
  }
  const folders = await foldersIn(folder);
  const { notRecorded } = await readManifest(folder);
  return {
    isWhole,
    lostMs: Math.max(0, ...folders.map(({ manifest }) => manifest.recovered?.lostMs ?? 0)),
    content: contentOfManifest({ files: folders.flatMap(({ manifest }) => manifest.files), notRecorded }),
  };
}

/**
 * Finishes the check of a take that ended in order, in each of its folders that can be read.
 *
 * @param onProgress hears 0 to 1, of each
 * @throws PlateauError as {@link recoverTake}
 */
export async function finishChecks(folder: string, onProgress: (fraction: number) => void): Promise<void> {
  for (const { manifest, path } of await foldersIn(folder))
    if (manifest.state === 'checking') await recoverTake(path, { onProgress });
}

async function foldersIn(folder: string): ReturnType<typeof foldersOfTake> {
  return foldersOfTake(folder, await readManifest(folder));
}
