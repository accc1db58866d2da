import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * What a shell makes of `~/bin/ffmpeg`: quoted, or in a file of settings, it reaches a program as it was written.
 *
 * @param {string | undefined} path
 * @returns {string | undefined}
 */
export function homePath(path) {
  return path !== undefined && /^~[/\\]/.test(path) ? join(homedir(), path.slice(2)) : path;
}
