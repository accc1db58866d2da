import { stat } from 'node:fs/promises';
import type { ManifestFile } from '../contract/manifest.js';
import type { FileAfterwards } from '../format/file-state-text.js';
import { formatCount } from '../format/number.js';

/** What tells without reading a finished file that it is not the one of its take any more. */
export interface FileNow {
  readonly state: FileAfterwards;
  /** One sentence. */
  readonly problem: string;
}

/**
 * Looks whether a finished file is still there, with as many bytes as its manifest says. Whether they are the same bytes only
 * `verify` can tell, which reads all of them. Never rejects.
 *
 * @param path of the file
 * @returns null while nothing speaks against it, and of a file that was never finished
 */
export async function fileNow(
  path: string,
  { sizeBytes, state }: Pick<ManifestFile, 'sizeBytes' | 'state'>,
): Promise<FileNow | null> {
  if (state !== 'verified') return null;
  const stats = await stat(path).catch(() => null);
  if (stats?.isFile() !== true) return { state: 'gone', problem: 'The file is not there.' };
  if (sizeBytes === null || stats.size === sizeBytes) return null;
  const problem =
    stats.size === 0
      ? 'The file is empty.'
      : `The file was changed after it had been recorded: it has ${formatCount(stats.size)} bytes, not ${formatCount(sizeBytes)}.`;
  return { state: 'changed', problem };
}
