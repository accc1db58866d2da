import { lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { PlateauError } from '../contract/errors.js';

/** Only this user may look into it. */
const privateMode = 0o700;

/**
 * Sees to it that there is a home folder in the environment. A service, a container or a user whom the system does not
 * know may have none; then Node, and half of all libraries, end at the question. A folder for temporary files stands in.
 *
 * @param environment is changed; child processes inherit it
 * @returns the folder that stands in; null when there is a home
 */
export function provideHome(environment: NodeJS.ProcessEnv): string | null {
  if (process.platform === 'win32' || hasHome(environment)) return null;
  const folder = standIn();
  environment['HOME'] = folder;
  return folder;
}

function standIn(): string {
  try {
    return privateTemporaryFolder();
  } catch {
    // Nothing can be written anywhere: told by whoever has something to write.
    return '/';
  }
}

function hasHome(environment: NodeJS.ProcessEnv): boolean {
  if (environment['HOME'] !== undefined) return environment['HOME'] !== '';
  try {
    return homedir() !== '';
  } catch {
    return false;
  }
}

/**
 * A folder of this user's own among the temporary files, the same at each call.
 *
 * @throws PlateauError `outputUnwritable` when none can be made
 */
export function privateTemporaryFolder(): string {
  const user = process.getuid?.() ?? 'user';
  const path = join(tmpdir(), `plateau-${user}`);
  try {
    mkdirSync(path, { mode: privateMode });
    return path;
  } catch {
    // It is there already, or cannot be made.
  }
  if (isOwn(path)) return path;
  try {
    return mkdtempSync(`${path}-`);
  } catch (thrown) {
    throw temporaryFolderError(thrown);
  }
}

/**
 * Where this user's programs keep what they can make again, and what Plateau has of it: outside of takes and clones. It need
 * not exist.
 */
export function userCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const explicit = environment['XDG_CACHE_HOME'];
  // The XDG specification says that a relative path is invalid and must be ignored.
  const root = explicit !== undefined && isAbsolute(explicit) ? explicit : join(homedir(), '.cache');
  return join(root, 'plateau');
}

/** Somebody else may have been first to make a folder of that name, for the sake of what we would put into it. */
function isOwn(path: string): boolean {
  try {
    const found = lstatSync(path);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

/** What it means to a person that a temporary file or folder could not be made. */
export function temporaryFolderError(thrown: unknown): PlateauError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown reason';
  return new PlateauError(
    'outputUnwritable',
    `The folder for temporary files cannot be written (${code}).`,
    'Set TMPDIR to a folder that this user may write: `export TMPDIR=/var/tmp`.',
    { cause: thrown },
  );
}
