import { sep } from 'node:path';
import { packagedFfmpeg } from '#engine/ffmpeg/packaged-ffmpeg.js';

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
  // Without it the engine looks on PATH, and says what to install when there is none.
  const path = await packagedFfmpeg();
  if (path !== null) environment['FFMPEG_PATH'] = outsideOfArchive(path);
}
