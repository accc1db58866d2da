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
 * @property {boolean} needsFfprobe only the tests do: ffmpeg-static has none
 * @property {{ install: () => Promise<string> } | undefined} systemPackage how to install the system's
 *   package; answers why it could not, or an empty string
 * @property {NodeJS.Platform} platform
 */

/** @typedef {{ ffmpeg: string, ffprobe: string | undefined }} FfmpegPrograms */

/**
 * @param {string} projectDirectory
 * @param {NodeJS.ProcessEnv} environment
 * @param {boolean} needsFfprobe
 * @returns {FfmpegSearch}
 */
export function ffmpegSearchOn(projectDirectory, environment, needsFfprobe) {
  return {
    environment,
    packagedFfmpeg: () => ffmpegStaticPath(projectDirectory),
    needsFfprobe,
    systemPackage: canInstallDebianPackages(environment)
      ? { install: () => installDebianPackage('ffmpeg', environment) }
      : undefined,
    platform: process.platform,
  };
}

/**
 * Finds ffmpeg: FFMPEG_PATH, the package ffmpeg-static, PATH, and else installs the system's package where
 * it may.
 * @param {FfmpegSearch} search
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<{ value: FfmpegPrograms, outcome: string }>}
 * @throws {SetUpError} when there is none, or FFMPEG_PATH names one that does not run
 */
export async function provideFfmpeg(search, report) {
  /** @type {string[]} */
  const attempts = [];
  const found = await findFfmpeg(search, attempts);
  if (found !== undefined && hasWhatIsNeeded(search, found.programs)) {
    return { value: found.programs, outcome: found.outcome };
  }
  if (search.systemPackage === undefined) throw missing(search, attempts, found !== undefined);
  report.note(`not found; installing the system's package (${attempts.join('; ')})`);
  const failure = await search.systemPackage.install();
  if (failure !== '') {
    throw missing(search, [...attempts, `apt-get install ffmpeg: ${failure}`], found !== undefined);
  }
  const installed = await findFfmpeg(search, attempts);
  if (installed === undefined || !hasWhatIsNeeded(search, installed.programs)) {
    throw missing(search, attempts, installed !== undefined);
  }
  return { value: installed.programs, outcome: `${installed.outcome}, installed just now` };
}

/**
 * @param {FfmpegSearch} search
 * @param {string[]} attempts receives why each place does not have it
 * @returns {Promise<{ programs: FfmpegPrograms, outcome: string } | undefined>}
 */
async function findFfmpeg(search, attempts) {
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
    return describeFound(search, explicit, version, 'FFMPEG_PATH');
  }
  attempts.push('FFMPEG_PATH: not set');

  const packaged = search.packagedFfmpeg();
  const packagedVersion =
    packaged !== undefined && isExecutable(packaged) ? await ffmpegVersion(packaged) : undefined;
  if (packaged !== undefined && packagedVersion !== undefined) {
    return describeFound(search, packaged, packagedVersion, 'ffmpeg-static');
  }
  attempts.push(`ffmpeg-static: ${packaged === undefined ? 'not installed' : 'has no binary that runs'}`);

  const onPath = findExecutable('ffmpeg', search.environment);
  const pathVersion = onPath === undefined ? undefined : await ffmpegVersion(onPath);
  if (onPath !== undefined && pathVersion !== undefined) {
    return describeFound(search, onPath, pathVersion, 'PATH');
  }
  attempts.push(`PATH: ${onPath === undefined ? 'no ffmpeg' : `${onPath} does not run`}`);
  return undefined;
}

/**
 * @param {FfmpegSearch} search
 * @param {string} ffmpeg
 * @param {string} version
 * @param {string} source
 */
function describeFound(search, ffmpeg, version, source) {
  return {
    programs: { ffmpeg, ffprobe: findFfprobe(search.environment, ffmpeg) },
    outcome: `ready, ${version} from ${source}`,
  };
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} ffmpeg
 */
function findFfprobe(environment, ffmpeg) {
  const explicit = environment['FFPROBE_PATH'];
  if (explicit !== undefined && isExecutable(explicit)) return explicit;
  const beside = path.join(path.dirname(ffmpeg), process.platform === 'win32' ? 'ffprobe.exe' : 'ffprobe');
  return isExecutable(beside) ? beside : findExecutable('ffprobe', environment);
}

/**
 * @param {FfmpegSearch} search
 * @param {FfmpegPrograms} programs
 */
function hasWhatIsNeeded(search, programs) {
  return !search.needsFfprobe || programs.ffprobe !== undefined;
}

/**
 * @param {FfmpegSearch} search
 * @param {readonly string[]} attempts
 * @param {boolean} ffmpegIsThere
 */
function missing(search, attempts, ffmpegIsThere) {
  return ffmpegIsThere
    ? new SetUpError(
        'ffprobe is missing; ffmpeg is there, but the tests also need ffprobe.',
        [...installCommands(search.platform), 'export FFPROBE_PATH=/full/path/of/ffprobe'],
        attempts,
      )
    : new SetUpError(
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
async function ffmpegVersion(executable) {
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
