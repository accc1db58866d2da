import { ffmpegVersion, provideFfmpeg } from './ffmpeg.mjs';
import { findExecutable } from './find-executable.mjs';
import { provideWheelProgram } from './python-wheel.mjs';

/** Variables through which some tests learn of an ffmpeg beside FFMPEG_PATH, or why there is none. */
export const installedFfmpegVariables = {
  ffmpeg: 'PLATEAU_TEST_INSTALLED_FFMPEG',
  missing: 'PLATEAU_TEST_INSTALLED_FFMPEG_MISSING',
};

/**
 * A static ffmpeg, of the same kind as ffmpeg-static's: it starts in an eighth of the processor time of a distribution's, and
 * tests start thousands. It is under the GPL, stays in the cache of whoever runs the tests, and is shipped nowhere.
 * @type {import('./python-wheel.mjs').WheelProgram}
 */
const staticBuild = {
  name: 'ffmpeg 7.0.2',
  requirement: 'imageio-ffmpeg==0.6.0',
  sha256: 'c7e46fcec401dd990405049d2e2f475e2b397779df2519b544b8aab515195282',
  executable: ['imageio_ffmpeg', 'binaries', 'ffmpeg-linux-x86_64-v7.0.2'],
  executableSha256: 'e7e7fb30477f717e6f55f9180a70386c62677ef8a4d4d1a5d948f4098aa3eb99',
  folder: 'ffmpeg/7.0.2',
  megabytes: 29,
  // Another one is there: who has no network is not kept waiting for this one, at any run.
  pipOptions: ['--platform', 'manylinux2014_x86_64', '--timeout', '5', '--retries', '0', '--no-input'],
  timeoutMs: 90_000,
};

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} cache folder of this user for programs like this one
 * @returns {(report: import('./progress.mjs').StepReport) => Promise<string>} provides the static ffmpeg that tests use, and
 *   throws an Error with one sentence when it cannot
 */
export function staticFfmpegFor(environment, cache) {
  return (report) => provideWheelProgram(staticBuild, environment, cache, report);
}

/**
 * Finds an ffmpeg for the tests as {@link provideFfmpeg} does. Where it is the static one, that of PATH is told to the tests that
 * are run with it instead, so that both kinds stay tested.
 * @param {import('./ffmpeg.mjs').FfmpegSearch} search
 * @param {NodeJS.ProcessEnv} environment receives where they are
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<{ value: string, outcome: string }>}
 * @throws {import('./set-up-error.mjs').SetUpError} as {@link provideFfmpeg}
 */
export async function provideTestFfmpeg(search, environment, report) {
  const found = await provideFfmpeg(search, report);
  environment['FFMPEG_PATH'] = found.value.ffmpeg;
  if (found.value.source !== 'static') return { ...found, value: found.value.ffmpeg };
  const { ffmpeg, missing } = installedFfmpegVariables;
  const onPath = findExecutable('ffmpeg', search.environment);
  const version = onPath === undefined ? undefined : await ffmpegVersion(onPath);
  const beside = version ?? 'none, so that the tests that need it are skipped';
  if (version === undefined)
    environment[missing] = 'no ffmpeg on PATH runs, and these tests were run with 7.0.2';
  else environment[ffmpeg] = onPath;
  return { value: found.value.ffmpeg, outcome: `${found.outcome}; on PATH ${beside}` };
}
