import os from 'node:os';
import path from 'node:path';

/**
 * Where programs that were downloaded or built are kept: outside the repository, so that every clone of this
 * user shares them.
 * @param {NodeJS.ProcessEnv} environment
 * @param {NodeJS.Platform} [platform]
 * @param {string} [homeDirectory]
 * @returns {string}
 */
export function cacheDirectory(environment, platform = process.platform, homeDirectory = homeOrTemporary()) {
  return path.join(cacheRoot(environment, platform, homeDirectory), 'plateau');
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {NodeJS.Platform} platform
 * @param {string} homeDirectory
 */
function cacheRoot(environment, platform, homeDirectory) {
  const explicit = environment['XDG_CACHE_HOME'];
  // The XDG specification says that a relative path is invalid and must be ignored.
  if (explicit !== undefined && path.isAbsolute(explicit)) return explicit;
  if (platform === 'darwin') return path.join(homeDirectory, 'Library', 'Caches');
  if (platform === 'win32')
    return environment['LOCALAPPDATA'] ?? path.join(homeDirectory, 'AppData', 'Local');
  return path.join(homeDirectory, '.cache');
}

/** A user whom the system does not know has no home, and Node ends at the question. */
function homeOrTemporary() {
  try {
    return os.homedir();
  } catch {
    return path.join(os.tmpdir(), `plateau-${process.getuid?.() ?? 'user'}`);
  }
}
