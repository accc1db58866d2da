import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Deliverables, deliverablesSchema } from '../contract/deliverables.js';
import { PlateauError } from '../contract/errors.js';
import { hasCode } from '../process/system-error.js';
import { replaceFile } from './replace-file.js';

export const deliverablesFileName = 'deliverables.json';

/** Hidden, beside the finished files: what is being made, and the lock of whoever makes it. */
export const deliveringFolderName = '.delivering';

/** Replaces the list of a folder's deliverables. @throws PlateauError `diskFull`, `outputUnwritable`; `tooManyOpenFiles` */
export async function writeDeliverables(folder: string, deliverables: Deliverables): Promise<void> {
  await replaceFile(join(folder, deliverablesFileName), `${JSON.stringify(deliverables, null, 2)}\n`);
}

/**
 * Reads what was made of a take's originals.
 *
 * @returns null where nothing was
 * @throws PlateauError `verificationFailed` when the list cannot be read, or is not one of ours
 */
export async function readDeliverables(folder: string): Promise<Deliverables | null> {
  try {
    return deliverablesSchema.parse(JSON.parse(await readFile(join(folder, deliverablesFileName), 'utf8')));
  } catch (cause) {
    if (hasCode(cause, 'ENOENT', 'ENOTDIR')) return null;
    throw new PlateauError(
      'verificationFailed',
      `${deliverablesFileName} cannot be read, or is not of this version of Plateau.`,
      'Move it away: the MP4 files can be made anew from their originals.',
      { cause },
    );
  }
}
