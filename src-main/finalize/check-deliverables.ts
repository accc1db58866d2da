import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deliverable } from '../contract/deliverables.js';
import { PlateauError } from '../contract/errors.js';
import type { Manifest } from '../contract/manifest.js';
import { sha256OfFile } from '../storage/checksum.js';
import { deliverablesFileName, readDeliverables } from '../storage/deliverables-file.js';

/** A file that was made of one of a take's, as it stands in the take's folder now. */
export interface CheckedDeliverable {
  /** Name inside the folder. */
  readonly file: string;
  /** The file that it was made of; null where nobody can say. */
  readonly source: string | null;
  /** `missing`: moved away, perhaps. `changed`: not what was proven. `otherSource`: its original is not the take's any more. */
  readonly state: 'asMade' | 'missing' | 'changed' | 'otherSource';
  /** One sentence; null of a file that is as it was made. */
  readonly problem: string | null;
}

/**
 * Holds the files that were made of a take against what was written down of them. They have no say in what the take is: its
 * originals stand beside them.
 *
 * @throws the error of the system for a file that cannot be read, and of `signal`
 */
export async function checkDeliverables(
  folder: string,
  manifest: Pick<Manifest, 'files'>,
  signal?: AbortSignal,
): Promise<CheckedDeliverable[]> {
  try {
    const listed = (await readDeliverables(folder))?.files ?? [];
    const checked: CheckedDeliverable[] = [];
    for (const deliverable of listed) checked.push(await check(folder, manifest, deliverable, signal));
    return checked;
  } catch (thrown) {
    if (!(thrown instanceof PlateauError)) throw thrown;
    return [{ file: deliverablesFileName, source: null, state: 'changed', problem: thrown.message }];
  }
}

async function check(
  folder: string,
  { files }: Pick<Manifest, 'files'>,
  { file, sha256, sizeBytes, source }: Deliverable,
  signal: AbortSignal | undefined,
): Promise<CheckedDeliverable> {
  const found = (state: CheckedDeliverable['state'], problem: string | null): CheckedDeliverable => ({
    ...{ file, source: source.file, state, problem },
  });
  const stats = await stat(join(folder, file)).catch(() => null);
  if (stats === null)
    return found('missing', `${file}, which was made of ${source.file}, is not here any more.`);
  if (stats.size !== sizeBytes || (await sha256OfFile(join(folder, file), signal)) !== sha256)
    return found(
      'changed',
      `${file} was changed after it had been made of ${source.file} (SHA-256 differs).`,
    );
  const original = files.find((entry) => entry.file === source.file);
  if (original === undefined || (original.sha256 ?? source.sha256) !== source.sha256)
    return found('otherSource', `${file} was made of another ${source.file} than the one of this take.`);
  return found('asMade', null);
}
