import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/**
 * @param {string} file
 * @returns {boolean} whether it is a file that this user may execute
 */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Looks a program up the way a shell does.
 * @param {string} name without an extension
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string | undefined} its full path
 */
export function findExecutable(name, environment) {
  const searchPath = environment['PATH'] ?? environment['Path'] ?? '';
  const fileName = process.platform === 'win32' ? `${name}.exe` : name;
  return searchPath
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.resolve(folder, fileName))
    .find(isExecutable);
}
