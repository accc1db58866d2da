import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type CopiedFiles, copiedFilesSchema } from '../contract/copied-files.js';
import { replaceFile } from './replace-file.js';

/** So old its counts are at most while the recorder is blocked, in milliseconds. */
export const copiedFilesEveryMs = 2_000;

/** Its name inside the take's folder. */
export const copiedFilesName = '.copied-files.json';

/**
 * Writes it anew. Calls for one folder must not overlap.
 *
 * @throws PlateauError, as {@link replaceFile} does
 */
export function writeCopiedFiles(folder: string, content: CopiedFiles): Promise<void> {
  const text = `${JSON.stringify({ schema: 'plateau.copied-files/1', ...content })}\n`;
  return replaceFile(join(folder, copiedFilesName), text, `${copiedFilesName}.tmp`);
}

/** Reads what such a process has left. @returns null when there is none, or none that can be understood; names that lead elsewhere are left out */
export async function readCopiedFiles(folder: string): Promise<CopiedFiles | null> {
  try {
    const text = await readFile(join(folder, copiedFilesName), 'utf8');
    const { files, hasEnded, takeMs } = copiedFilesSchema.parse(JSON.parse(text));
    return {
      hasEnded,
      takeMs,
      files: files.filter(({ file }) => basename(file) === file && file !== '..'),
    };
  } catch {
    return null;
  }
}

/** Removes it: the manifest says the same now. Never rejects: one that stays does no harm. */
export async function removeCopiedFiles(folder: string): Promise<void> {
  await rm(join(folder, copiedFilesName), { force: true }).catch(() => undefined);
}
