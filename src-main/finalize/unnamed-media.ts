import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Manifest } from '../contract/manifest.js';

/** A media file in a take's folder that its manifest does not name. */
export interface UnnamedFile {
  /** File name inside the take folder. */
  readonly file: string;
  readonly sizeBytes: number;
}

const mediaExtensions = new Set(['.mp4', '.m4a', '.mkv', '.mka', '.webm']);

/**
 * Media files of a folder of which the manifest knows nothing: somebody's own, or what a recorder wrote that was gone before it
 * could say so. Nobody can hold them against anything; whoever checks the take should know that they are there.
 *
 * @throws the error of the system
 */
export async function unnamedMedia(
  folder: string,
  { files }: Pick<Manifest, 'files'>,
): Promise<UnnamedFile[]> {
  const named = new Set(
    files.flatMap(({ file, furtherAudio = [], segments }) => [
      file,
      ...[...segments, ...furtherAudio.flatMap((stream) => stream.segments)].map((segment) => segment.file),
    ]),
  );
  const names = (await readdir(folder)).filter(
    (name) => !name.startsWith('.') && mediaExtensions.has(extname(name).toLowerCase()) && !named.has(name),
  );
  const found = names.toSorted().map(async (file): Promise<UnnamedFile[]> => {
    const stats = await stat(join(folder, file)).catch(() => null);
    return stats?.isFile() === true ? [{ file, sizeBytes: stats.size }] : [];
  });
  return (await Promise.all(found)).flat();
}
