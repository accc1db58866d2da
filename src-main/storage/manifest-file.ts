import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import { type Manifest, manifestSchema } from '../contract/manifest.js';
import { inTime } from '../process/deadline.js';
import { hasCode } from '../process/system-error.js';
import { replaceFile } from './replace-file.js';
import { diskNotAnswering, diskPatienceMs } from './take-folder.js';

export const manifestFileName = 'manifest.json';

/**
 * Replaces the take's manifest: written beside it, fsynced, renamed over it, so that a reader sees the
 * old one or the new one and never a part. Calls for one folder must not overlap; the caller's order is
 * the order on disk.
 *
 * @throws PlateauError `diskFull`, `outputUnwritable`, also of a disk that does not answer; `tooManyOpenFiles`
 */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const written = await inTime(replaceManifest(folder, manifest), diskPatienceMs);
  if (!written.isInTime) throw diskNotAnswering();
}

async function replaceManifest(folder: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await replaceFile(join(folder, manifestFileName), text, `.${manifestFileName}.tmp`);
}

/** Whether a folder is that of a take. */
export async function hasManifest(folder: string): Promise<boolean> {
  return stat(join(folder, manifestFileName)).then(
    () => true,
    () => false,
  );
}

/**
 * Reads and checks the manifest of a take.
 *
 * @throws PlateauError `takeNotFound` when there is none, `verificationFailed` when it cannot be read or is not one of ours
 */
export async function readManifest(folder: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(folder, manifestFileName), 'utf8');
  } catch (cause) {
    throw hasCode(cause, 'ENOENT', 'ENOTDIR')
      ? new PlateauError(
          'takeNotFound',
          'The folder holds no manifest.json.',
          'Name the folder of one take, not the folder of all takes.',
          { cause },
        )
      : new PlateauError(
          'verificationFailed',
          'manifest.json cannot be read.',
          'Look at the permissions of the folder, and at its disk.',
          { cause },
        );
  }
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new PlateauError(
      'verificationFailed',
      'manifest.json is not a manifest of this version of Plateau.',
      'It was changed by hand, damaged, or written by another version.',
      { cause },
    );
  }
}
