import { sep } from 'node:path';

/**
 * A program inside of the archive cannot be started: the packager has put a copy beside it.
 *
 * @returns the path with which it can be started
 */
export function outsideOfArchive(path: string): string {
  return path.replace(`${sep}app.asar${sep}`, `${sep}app.asar.unpacked${sep}`);
}

/** Lets a packaged program find the ffmpeg that it brings along, unless somebody has named another. */
export async function provideFfmpeg(environment: NodeJS.ProcessEnv, isPackaged: boolean): Promise<void> {
  if (!isPackaged || environment['FFMPEG_PATH'] !== undefined) return;
  // A variable keeps the compiler from insisting on types of a package that may be absent.
  const packageName: string = 'ffmpeg-static';
  try {
    const loaded: unknown = await import(packageName);
    const path: unknown =
      typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : null;
    if (typeof path === 'string') environment['FFMPEG_PATH'] = outsideOfArchive(path);
  } catch {
    // The engine looks on PATH, and says what to install when there is none.
  }
}
