import type { CopiedFiles } from '../contract/copied-files.js';
import type { ManifestFile } from '../contract/manifest.js';

/**
 * The files of a copied take, by the manifest and by what the process that filled them has left: whichever has counted more.
 * Files that were begun while the recorder was blocked are in the latter alone.
 *
 * @param told null where that process has left nothing
 */
export function toldFiles(files: readonly ManifestFile[], told: CopiedFiles | null): ManifestFile[] {
  if (told === null) return [...files];
  const known = new Set(files.map(({ file }) => file));
  const of = (entry: ManifestFile): ManifestFile => {
    // What was finished by the recorder was ended before.
    if (entry.state !== 'recording') return entry;
    const found = told.files.find(({ file }) => file === entry.file);
    return found !== undefined && (told.hasEnded || received(found) >= received(entry)) ? found : entry;
  };
  return [...files.map(of), ...told.files.filter(({ file }) => !known.has(file))];
}

/** Where files that were ended in order end, in milliseconds on the take's timeline; null of others. */
export function toldEndMs(told: CopiedFiles | null): number | null {
  if (told?.hasEnded !== true) return null;
  const ends = told.files.flatMap(({ segments }) => segments.flatMap(({ endMs }) => endMs ?? []));
  return ends.length === 0 ? null : Math.max(...ends);
}

function received({ audio, video }: ManifestFile): number {
  return audio.received + video.received;
}
