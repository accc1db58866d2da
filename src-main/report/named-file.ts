import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlateauError } from '../contract/errors.js';

/**
 * The file that somebody means who names a file or a folder.
 *
 * @param named by a person; a folder that is there means a file in it
 * @param usualName what it is called then
 * @throws PlateauError `usage` where there is no folder to write into
 */
export async function namedFile(named: string, usualName: string): Promise<string> {
  const found = await kindOf(named);
  if (found === 'folder') return join(named, usualName);
  const folder = /[\\/]$/.test(named) ? named : dirname(named);
  if ((await kindOf(folder)) === 'folder') return named;
  throw new PlateauError('usage', `There is no folder ${folder}.`, 'Make it, or name another one.');
}

async function kindOf(path: string): Promise<'folder' | 'other' | null> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other';
  } catch {
    return null;
  }
}
