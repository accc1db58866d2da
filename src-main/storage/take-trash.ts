import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import type { TrashedTake } from '../contract/takes.js';
import { takeFolderMode } from '../process/file-access.js';
import { hasCode } from '../process/system-error.js';
import { bytesIn } from './bytes-in.js';
import { outputError } from './take-folder.js';

/** Inside the output folder: a take goes there and comes back by a rename, whatever its size. */
export const trashFolderName = '.plateau-trash';

/** Each deletion has a folder of its own, called by its moment in milliseconds: two takes may have had one name. */
const trashId = /^\d{1,16}$/;

/**
 * Moves a take out of the output folder's list; it keeps its name, and its bytes on the disk.
 *
 * @param takeName the name of its folder, which nothing works in
 * @param nowMs of the wall clock
 * @returns by what it is restored
 * @throws PlateauError `outputUnwritable`, `diskFull`
 */
export async function moveToTrash(outputFolder: string, takeName: string, nowMs: number): Promise<string> {
  const trash = join(outputFolder, trashFolderName);
  try {
    await mkdir(trash, { recursive: true, mode: takeFolderMode() });
    for (let id = nowMs; ; id += 1) {
      try {
        await mkdir(join(trash, String(id)), { mode: takeFolderMode() });
      } catch (thrown) {
        if (hasCode(thrown, 'EEXIST')) continue;
        throw thrown;
      }
      try {
        await rename(join(outputFolder, takeName), join(trash, String(id), takeName));
      } catch (thrown) {
        await rm(join(trash, String(id)), { recursive: true, force: true });
        throw thrown;
      }
      return String(id);
    }
  } catch (thrown) {
    throw outputError(thrown);
  }
}

/**
 * Puts a take back where it was.
 *
 * @returns the name of its folder
 * @throws PlateauError `usage` when it is not in the trash any more; `invalidState` when its name is taken by now;
 *   `outputUnwritable`
 */
export async function restoreFromTrash(outputFolder: string, id: string): Promise<string> {
  const folder = folderOf(outputFolder, id);
  const takeName = await onlyNameIn(folder);
  if (takeName === null) {
    throw new PlateauError(
      'usage',
      'This take is not in the trash any more.',
      'It was restored or deleted for good meanwhile.',
    );
  }
  const target = join(outputFolder, takeName);
  // A rename replaces an empty folder without a word.
  if (await isThere(target)) {
    throw new PlateauError(
      'invalidState',
      `There is something called ${takeName} in the output folder already.`,
      'Move or rename that folder, then restore this one.',
    );
  }
  try {
    await rename(join(folder, takeName), target);
  } catch (thrown) {
    throw outputError(thrown);
  }
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  return takeName;
}

/** What can be restored, the latest first. Empty where there is no trash; what cannot be read is passed over. */
export async function listTrash(outputFolder: string): Promise<TrashedTake[]> {
  const ids = await readdir(join(outputFolder, trashFolderName)).catch(() => []);
  const takes: TrashedTake[] = [];
  for (const id of ids.filter((name) => trashId.test(name))) {
    const folder = folderOf(outputFolder, id);
    const takeName = await onlyNameIn(folder).catch(() => null);
    if (takeName === null) continue;
    takes.push({
      id,
      takeName,
      deletedAt: new Date(Number(id)).toISOString(),
      sizeBytes: await bytesIn(join(folder, takeName)),
    });
  }
  return takes.sort((one, other) => Number(other.id) - Number(one.id));
}

/**
 * Deletes for good what the trash holds. There is no way back.
 *
 * @param id one take alone; null for everything
 * @returns how much was freed
 * @throws PlateauError `outputUnwritable`
 */
export async function emptyTrash(
  outputFolder: string,
  id: string | null,
): Promise<{ takes: number; bytes: number }> {
  const chosen = (await listTrash(outputFolder)).filter((take) => id === null || take.id === id);
  try {
    for (const take of chosen) await rm(folderOf(outputFolder, take.id), { recursive: true, force: true });
    // What an interrupted deletion left has no name any more.
    if (id === null) await rm(join(outputFolder, trashFolderName), { recursive: true, force: true });
  } catch (thrown) {
    throw outputError(thrown);
  }
  return { takes: chosen.length, bytes: chosen.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

function folderOf(outputFolder: string, id: string): string {
  if (!trashId.test(id)) {
    throw new PlateauError('usage', 'This is nothing that the trash holds.', 'Refresh the list.');
  }
  return join(outputFolder, trashFolderName, id);
}

async function onlyNameIn(folder: string): Promise<string | null> {
  const names = await readdir(folder).catch(() => []);
  return names[0] ?? null;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (thrown: unknown) => !hasCode(thrown, 'ENOENT'),
  );
}
