import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideBrowser } from './browser.mjs';
import { build, buildConsole } from './build.mjs';
import { cacheDirectory } from './cache-directory.mjs';
import { installDependencies } from './dependencies.mjs';
import { ffmpegSearchOn, provideFfmpeg } from './ffmpeg.mjs';
import { provideLivekitClient } from './livekit-client.mjs';
import { livekitServerSources, provideLivekitServer } from './livekit-server.mjs';
import { requireNodeVersion } from './node-version.mjs';
import { provideOldElectron } from './old-electron.mjs';
import { oneAtATime } from './one-at-a-time.mjs';
import { Progress } from './progress.mjs';
import { missingProgramExitCode, SetUpError } from './set-up-error.mjs';
import { provideTestFfmpeg, staticFfmpegFor } from './test-ffmpeg.mjs';

export const projectDirectory = fileURLToPath(new URL('../../', import.meta.url));

/**
 * What a command needs besides the dependencies.
 * @typedef {object} Needs
 * @property {import('./build.mjs').BuildTarget} [build]
 * @property {boolean} [renderer] the console's page and window
 * @property {boolean} [ffmpeg]
 * @property {boolean} [testFfmpeg] one that starts fast, where it can be had: only the tests need it
 * @property {boolean} [browser] for the tests of the console, which are skipped without it
 * @property {boolean} [oldElectron] a real Electron and a display, where they can be had: only the tests need it
 * @property {boolean} [livekitClient] a participant in a browser, where it can be had: only the tests need it
 * @property {boolean | 'ifPossible'} [livekitServer] `ifPossible`: without it only the demo room is missing
 */

/**
 * Sets up what a command needs, printing a line for each step that had something to do.
 * @param {Needs} needs
 * @param {Progress} [progress]
 * @returns {Promise<NodeJS.ProcessEnv>} the environment for the command: this process's, with where the
 *   programs are
 * @throws {SetUpError} when a step cannot work on this machine
 */
export async function setUp(needs, progress = new Progress()) {
  requireNodeVersion(process.versions.node);
  const environment = { ...process.env };
  await oneAtATime(
    path.join(projectDirectory, 'dist', 'set-up.lock'),
    async () => {
      await progress.step('dependencies', (report) =>
        installDependencies(projectDirectory, report, environment),
      );
      const target = needs.build;
      if (target !== undefined) {
        await progress.step('build', (report) => build(projectDirectory, target, report));
      }
      if (needs.renderer === true) {
        await progress.step('console', (report) => buildConsole(projectDirectory, report));
      }
    },
    (pid) => {
      progress.note(`waiting for the set-up in process ${pid}`);
    },
  );
  if (needs.ffmpeg === true) {
    const search = ffmpegSearchOn(projectDirectory, environment);
    const found = await progress.step('ffmpeg', (report) => provideFfmpeg(search, report));
    environment['FFMPEG_PATH'] = found.ffmpeg;
  }
  if (needs.livekitServer === true || needs.livekitServer === 'ifPossible') {
    try {
      environment['LIVEKIT_SERVER_PATH'] = await progress.step('livekit-server', (report) =>
        provideLivekitServer(
          environment,
          cacheDirectory(environment),
          livekitServerSources(environment),
          report,
        ),
      );
    } catch (error) {
      if (needs.livekitServer === true || !(error instanceof SetUpError)) throw error;
      progress.note(`livekit-server: ${error.message} The demo room needs it; other rooms do not.`);
    }
  }
  if (needs.testFfmpeg === true) {
    // What has just been found for recording is none that somebody asked for by name.
    const asked = process.env;
    const search = ffmpegSearchOn(projectDirectory, asked, staticFfmpegFor(asked, cacheDirectory(asked)));
    await progress.step('ffmpeg for tests', (report) => provideTestFfmpeg(search, environment, report));
  }
  if (needs.browser === true) {
    const browser = await progress.step('browser', (report) => provideBrowser(environment, report));
    if (browser !== undefined) environment['CHROMIUM_PATH'] = browser;
  }
  if (needs.livekitClient === true) {
    await progress.step('livekit-client for tests', (report) =>
      provideLivekitClient(environment, cacheDirectory(environment), report),
    );
  }
  if (needs.oldElectron === true) {
    await progress.step('electron for tests', (report) =>
      provideOldElectron(environment, cacheDirectory(environment), report),
    );
  }
  if (process.platform === 'linux') {
    // A fixed threshold keeps glibc from raising it after the first large free: frame buffers then always go
    // back to the system when they are freed, and RSS says what is really held.
    environment['MALLOC_MMAP_THRESHOLD_'] ??= '131072';
  }
  return environment;
}

/**
 * Runs a command's script; a set-up that cannot work ends the process with the message and without a stack.
 * @param {() => Promise<number>} script answers the exit code
 * @returns {Promise<void>}
 */
export async function runScript(script) {
  try {
    process.exitCode = await script();
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`\n${error.describe()}\n`);
    process.exitCode = missingProgramExitCode;
  }
}
