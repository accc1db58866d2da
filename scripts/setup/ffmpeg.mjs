import { createRequire } from 'node:module';
import path from 'node:path';
import { canInstallDebianPackages, installDebianPackage } from './debian-package.mjs';
import { findExecutable, isExecutable } from './find-executable.mjs';
import { homePath } from './home-path.mjs';
import { runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';

const versionTimeoutMs = 15_000;

/**
 * The parts of the machine that the search looks at, so that a test can put its own in their place.
 * @typedef {object} FfmpegSearch
 * @property {NodeJS.ProcessEnv} environment
 * @property {() => string | undefined} packagedFfmpeg path that the package ffmpeg-static names, if it is there
 * @property {((report: import('./progress.mjs').StepReport) => Promise<string>) | undefined} staticFfmpeg provides one that
 *   only tests use, and throws an Error with one sentence when it cannot; undefined for everybody else
 * @property {{ install: () => Promise<string> } | undefined} systemPackage how to install the system's
 *   package; answers why it could not, or an empty string
 * @property {NodeJS.Platform} platform
 */

/** @typedef {{ ffmpeg: string, source: 'FFMPEG_PATH' | 'ffmpeg-static' | 'static' | 'PATH' }} FoundFfmpeg */

/**
 * @param {string} projectDirectory
 * @param {NodeJS.ProcessEnv} environment
 * @param {FfmpegSearch['staticFfmpeg']} [staticFfmpeg]
 * @returns {FfmpegSearch}
 */
export function ffmpegSearchOn(projectDirectory, environment, staticFfmpeg) {
  return {
    environment,
    packagedFfmpeg: () => ffmpegStaticPath(projectDirectory),
    staticFfmpeg,
    systemPackage: canInstallDebianPackages(environment)
      ? { install: () => installDebianPackage('ffmpeg', environment) }
      : undefined,
    platform: process.platform,
  };
}

/**
 * Finds ffmpeg: FFMPEG_PATH, the package ffmpeg-static, the static one of tests, PATH, and else installs the system's package
 * where it may.
 * @param {FfmpegSearch} search
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<{ value: FoundFfmpeg, outcome: string }>}
 * @throws {SetUpError} when there is none, or FFMPEG_PATH names one that does not run
 */
export async function provideFfmpeg(search, report) {
  /** @type {string[]} */
  const attempts = [];
  const found = await findFfmpeg(search, attempts, report);
  if (found !== undefined) return found;
  if (search.systemPackage === undefined) throw missing(search, attempts);
  report.note(`not found; installing the system's package (${attempts.join('; ')})`);
  const failure = await search.systemPackage.install();
  if (failure !== '') throw missing(search, [...attempts, `apt-get install ffmpeg: ${failure}`]);
  const installed = await findOnPath(search, attempts);
  if (installed === undefined) throw missing(search, attempts);
  return { ...installed, outcome: `${installed.outcome}, installed just now` };
}

/**
 * @param {FfmpegSearch} search
 * @param {string[]} attempts receives why each place does not have it
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<{ value: FoundFfmpeg, outcome: string } | undefined>}
 */
async function findFfmpeg(search, attempts, report) {
  const explicit = homePath(search.environment['FFMPEG_PATH']);
  if (explicit !== undefined && explicit !== '') {
    const version = await ffmpegVersion(explicit);
    // What somebody asked for by name must not be replaced by something else in silence.
    if (version === undefined) {
      throw new SetUpError(`FFMPEG_PATH names ${explicit}, which does not run as ffmpeg.`, [
        'unset FFMPEG_PATH',
        'export FFMPEG_PATH=/full/path/of/ffmpeg',
      ]);
    }
    return describeFound(explicit, version, 'FFMPEG_PATH');
  }
  attempts.push('FFMPEG_PATH: not set');

  const packaged = search.packagedFfmpeg();
  const packagedVersion =
    packaged !== undefined && isExecutable(packaged) ? await ffmpegVersion(packaged) : undefined;
  if (packaged !== undefined && packagedVersion !== undefined) {
    return describeFound(packaged, packagedVersion, 'ffmpeg-static');
  }
  attempts.push(`ffmpeg-static: ${packaged === undefined ? 'not installed' : 'has no binary that runs'}`);

  return (await findStatic(search, attempts, report)) ?? findOnPath(search, attempts);
}

/**
 * @param {FfmpegSearch} search
 * @param {string[]} attempts
 * @param {import('./progress.mjs').StepReport} report
 */
async function findStatic({ staticFfmpeg }, attempts, report) {
  if (staticFfmpeg === undefined) return undefined;
  try {
    const executable = await staticFfmpeg(report);
    const version = await ffmpegVersion(executable);
    if (version !== undefined) return describeFound(executable, version, 'static');
    throw new Error(`${executable} does not run`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report.note(`the static one for tests is not there, and another one costs them time: ${reason}`);
    attempts.push(`the static one for tests: ${reason}`);
    return undefined;
  }
}

/**
 * @param {FfmpegSearch} search
 * @param {string[]} attempts
 */
async function findOnPath(search, attempts) {
  const onPath = findExecutable('ffmpeg', search.environment);
  const version = onPath === undefined ? undefined : await ffmpegVersion(onPath);
  if (onPath !== undefined && version !== undefined) return describeFound(onPath, version, 'PATH');
  attempts.push(`PATH: ${onPath === undefined ? 'no ffmpeg' : `${onPath} does not run`}`);
  return undefined;
}

/**
 * @param {string} ffmpeg
 * @param {string} version
 * @param {FoundFfmpeg['source']} source
 * @returns {{ value: FoundFfmpeg, outcome: string }}
 */
function describeFound(ffmpeg, version, source) {
  const place = source === 'static' ? 'the cache, static, for tests' : source;
  return { value: { ffmpeg, source }, outcome: `ready, ${version} from ${place}` };
}

/**
 * @param {FfmpegSearch} search
 * @param {readonly string[]} attempts
 */
function missing(search, attempts) {
  return new SetUpError(
    'ffmpeg is missing.',
    [...installCommands(search.platform), 'export FFMPEG_PATH=/full/path/of/ffmpeg'],
    attempts,
  );
}

/** @param {NodeJS.Platform} platform */
function installCommands(platform) {
  if (platform === 'darwin') return ['brew install ffmpeg'];
  if (platform === 'win32') return ['winget install Gyan.FFmpeg'];
  return [
    'sudo apt-get update && sudo apt-get install -y ffmpeg    (Debian, Ubuntu)',
    'sudo dnf install ffmpeg    (Fedora)',
  ];
}

/**
 * @param {string} executable
 * @returns {Promise<string | undefined>} for example `ffmpeg 6.1.1`; undefined when it does not run as ffmpeg
 */
export async function ffmpegVersion(executable) {
  const result = await runCommand(executable, ['-version'], { timeoutMs: versionTimeoutMs });
  const version = /^ffmpeg version (\S+)/m.exec(result.output)?.[1];
  return result.ok && version !== undefined ? `ffmpeg ${version}` : undefined;
}

/** @param {string} projectDirectory */
function ffmpegStaticPath(projectDirectory) {
  const require = createRequire(path.join(projectDirectory, 'package.json'));
  try {
    const location = /** @type {unknown} */ (require('ffmpeg-static'));
    return typeof location === 'string' ? location : undefined;
  } catch {
    return undefined;
  }
}
