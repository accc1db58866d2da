import { readFileSync } from 'node:fs';
import { findExecutable } from './find-executable.mjs';
import { lastLines, runCommand } from './run-command.mjs';

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} [releaseFile]
 * @param {number} [userId]
 * @returns {boolean} whether this user may install packages of Debian (or of a distribution made from it)
 */
export function canInstallDebianPackages(
  environment,
  releaseFile = '/etc/os-release',
  userId = process.getuid?.() ?? -1,
) {
  if (userId !== 0 || findExecutable('apt-get', environment) === undefined) return false;
  try {
    return /^ID(_LIKE)?=.*\bdebian\b/m.test(readFileSync(releaseFile, 'utf8'));
  } catch {
    return false;
  }
}

/**
 * Installs a package with apt-get, after refreshing the lists (a fresh machine has none).
 * @param {string} name
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<string>} why it could not be installed; empty when it was
 */
export async function installDebianPackage(name, environment) {
  const env = { ...environment, DEBIAN_FRONTEND: 'noninteractive' };
  const update = await runCommand('apt-get', ['update', '-q'], { env });
  // One dead third-party source makes the update fail although the distribution's own lists were fetched.
  const install = await runCommand('apt-get', ['install', '-q', '-y', '--no-install-recommends', name], {
    env,
  });
  if (install.ok) return '';
  const failed = update.ok ? install : update;
  return `${failed.reason}: ${lastLines(failed.output, 1).join('')}`;
}
