import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { PlateauError } from '../../contract/errors.js';
import { homePath } from '../../storage/home-path.js';

/** The release that the tests were written against; `scripts/setup` provisions exactly this one. */
export const livekitServerVersion = '1.13.5';

const executableName = process.platform === 'win32' ? 'livekit-server.exe' : 'livekit-server';

/** Where `scripts/setup` keeps the server: outside the clone, so that every clone shares it. */
export function cachedLivekitServerPath(environment: NodeJS.ProcessEnv = process.env): string {
  const cacheRoot = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cacheRoot, 'plateau', 'livekit-server', livekitServerVersion, executableName);
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds the server's binary: LIVEKIT_SERVER_PATH, then `livekit-server` on PATH, then the user cache.
 *
 * An explicit setting that does not work is an error instead of a reason to look further: whoever set
 * it wants that binary and no other.
 *
 * @throws PlateauError `livekitServerMissing`
 */
export async function findLivekitServer(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const explicitPath = homePath(environment['LIVEKIT_SERVER_PATH'] ?? '');
  if (explicitPath !== '') {
    if (await isExecutable(explicitPath)) return explicitPath;
    throw new PlateauError(
      'livekitServerMissing',
      'LIVEKIT_SERVER_PATH does not name a program that can be run.',
      'Correct LIVEKIT_SERVER_PATH, or unset it to use livekit-server from PATH or from the cache.',
    );
  }
  const pathFolders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = pathFolders.map((folder) => join(folder, executableName));
  for (const candidate of [...candidates, cachedLivekitServerPath(environment)]) {
    if (await isExecutable(candidate)) return candidate;
  }
  throw new PlateauError(
    'livekitServerMissing',
    'There is no livekit-server on this machine.',
    'Run `npm run setup` in the clone, or install livekit-server and set LIVEKIT_SERVER_PATH to it.',
  );
}
