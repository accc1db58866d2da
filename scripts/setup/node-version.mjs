import { SetUpError } from './set-up-error.mjs';

const oldest = { major: 20, minor: 19 };

/**
 * @param {string} version as in process.versions.node
 * @throws {SetUpError} when Node is older than what package.json asks for
 */
export function requireNodeVersion(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return;
  throw new SetUpError(
    `Node ${version} is too old: Plateau needs ${oldest.major}.${oldest.minor} or later.`,
    ['nvm install 24    (or https://nodejs.org/en/download)'],
  );
}
