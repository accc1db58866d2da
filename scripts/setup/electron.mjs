import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isExecutable } from './find-executable.mjs';
import { lastLines, runCommand } from './run-command.mjs';

/** The archive is about 120 MB. A blocked network fails at once; a slow one gets this long. */
const installTimeoutMs = 600_000;

/**
 * The parts of the machine that decide whether a window can be opened, so that a test can put its own in
 * their place.
 * @typedef {object} ElectronSearch
 * @property {NodeJS.ProcessEnv} environment
 * @property {NodeJS.Platform} platform
 * @property {number} userId
 * @property {string} packageFolder of the package electron
 * @property {() => Promise<import('./run-command.mjs').CommandResult>} install runs its installer
 */

/**
 * @param {string} projectDirectory
 * @param {NodeJS.ProcessEnv} environment
 * @returns {ElectronSearch}
 */
export function electronSearchOn(projectDirectory, environment) {
  const packageFolder = path.join(projectDirectory, 'node_modules', 'electron');
  return {
    environment,
    platform: process.platform,
    userId: process.getuid?.() ?? -1,
    packageFolder,
    install: () =>
      runCommand(process.execPath, [path.join(packageFolder, 'install.js')], {
        env: environment,
        timeoutMs: installTimeoutMs,
      }),
  };
}

/**
 * Finds Electron, and downloads it where it is not there yet. Never fails: without it the console opens in
 * a browser.
 * @param {ElectronSearch} search
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<{ value: string | undefined, outcome: string }>} the executable, or why there is none
 */
export async function provideElectron(search, report) {
  const disabledReason = obstacleOf(search);
  if (disabledReason !== '') return { value: undefined, outcome: disabledReason };
  const override = search.environment['ELECTRON_OVERRIDE_DIST_PATH'];
  if (override !== undefined && override !== '') {
    const executable = path.join(override, executableName(search.platform));
    return isExecutable(executable)
      ? { value: executable, outcome: 'ready, from ELECTRON_OVERRIDE_DIST_PATH' }
      : { value: undefined, outcome: 'ELECTRON_OVERRIDE_DIST_PATH names a folder without Electron' };
  }
  const installed = installedElectron(search.packageFolder);
  if (installed !== undefined) return { value: installed, outcome: 'ready' };
  report.note('downloading Electron (about 120 MB, once)');
  const result = await search.install();
  const executable = installedElectron(search.packageFolder);
  if (executable !== undefined) return { value: executable, outcome: 'installed' };
  const said = lastLines(result.output, 20)
    .find((line) => /error/i.test(line))
    ?.trim();
  return { value: undefined, outcome: `it cannot be downloaded (${said ?? result.reason})` };
}

/** @param {ElectronSearch} search */
function obstacleOf({ environment, platform, userId }) {
  if (platform !== 'linux') return '';
  if (!environment['DISPLAY'] && !environment['WAYLAND_DISPLAY']) return 'there is no display here';
  // Chromium's sandbox does not work for root, and without it the window is not safe.
  return userId === 0 ? 'its sandbox does not run as root' : '';
}

/**
 * @param {string} packageFolder
 * @returns {string | undefined}
 */
function installedElectron(packageFolder) {
  const pathFile = path.join(packageFolder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const executable = path.join(packageFolder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return isExecutable(executable) ? executable : undefined;
}

/** @param {NodeJS.Platform} platform */
function executableName(platform) {
  if (platform === 'darwin') return path.join('Electron.app', 'Contents', 'MacOS', 'Electron');
  return platform === 'win32' ? 'electron.exe' : 'electron';
}
