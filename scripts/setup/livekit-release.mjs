import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { lastLines, runCommand } from './run-command.mjs';

/** GitHub is blocked on many networks; waiting longer than this for an answer helps nobody. */
const connectTimeoutMs = 5_000;
/** The whole archive is about 25 MB. */
const downloadTimeoutMs = 180_000;

/**
 * @typedef {object} Release
 * @property {string} baseUrl folder that holds the archives and checksums.txt, without a trailing slash
 * @property {string} version without the leading v
 * @property {NodeJS.Platform} platform
 * @property {string} arch as Node names it
 */

/**
 * @param {Release} release
 * @returns {string | undefined} name of the release's archive; undefined when the project publishes none for
 *   this machine (it has none for macOS)
 */
export function archiveName({ version, platform, arch }) {
  const system = { linux: 'linux', win32: 'windows' }[/** @type {string} */ (platform)];
  const processor = { x64: 'amd64', arm64: 'arm64', arm: 'armv7' }[arch];
  if (system === undefined || processor === undefined) return undefined;
  return `livekit_${version}_${system}_${processor}.${system === 'windows' ? 'zip' : 'tar.gz'}`;
}

/**
 * Downloads a release archive, checks it against the checksums that are published beside it and unpacks it.
 * Nothing of an archive that does not match is ever unpacked.
 * @param {Release} release
 * @param {string} folder existing and empty; receives the archive and what is in it
 * @returns {Promise<void>}
 * @throws {Error} saying in one sentence why it could not be had
 */
export async function unpackRelease(release, folder) {
  const name = archiveName(release);
  if (name === undefined) throw new Error(`no archive is published for ${release.platform} ${release.arch}`);
  const expected = checksumOf(name, await (await request(`${release.baseUrl}/checksums.txt`)).text());
  const archive = path.join(folder, name);
  const actual = await download(`${release.baseUrl}/${name}`, archive);
  if (actual !== expected) {
    throw new Error(`${name} has SHA-256 ${actual}, but ${expected} was published: refused`);
  }
  // tar is part of Linux and of Windows 10 and later, where it also reads zip.
  const unpacked = await runCommand('tar', ['-xf', name], { cwd: folder });
  if (!unpacked.ok) throw new Error(`tar: ${unpacked.reason} ${lastLines(unpacked.output, 1).join('')}`);
}

/**
 * @param {string} name
 * @param {string} checksums lines of `<sha256>  <file name>`
 */
function checksumOf(name, checksums) {
  for (const line of checksums.split('\n')) {
    const [checksum, fileName] = line.trim().split(/\s+/);
    if (checksum !== undefined && fileName === name) return checksum.toLowerCase();
  }
  throw new Error(`checksums.txt does not name ${name}`);
}

/**
 * @param {string} url
 * @param {string} file
 * @returns {Promise<string>} SHA-256 of what was written
 */
async function download(url, file) {
  const { body } = await request(url);
  if (body === null) throw new Error(`${url} answered with nothing`);
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(/** @type {Buffer} */ chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(body, hashing, createWriteStream(file));
  return hash.digest('hex');
}

/** @param {string} url */
async function request(url) {
  const abort = new AbortController();
  const timer = setTimeout(() => {
    abort.abort();
  }, connectTimeoutMs);
  try {
    const whole = AbortSignal.timeout(downloadTimeoutMs);
    const response = await fetch(url, { signal: AbortSignal.any([abort.signal, whole]) });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return response;
  } catch (error) {
    if (abort.signal.aborted) {
      throw new Error(`${url}: no answer within ${connectTimeoutMs / 1000} s`, { cause: error });
    }
    if (error instanceof TypeError) throw new Error(`${url}: ${causeOf(error)}`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** @param {TypeError} error fetch hides what happened in the cause of a "fetch failed" */
function causeOf(error) {
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}
