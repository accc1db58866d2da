import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lastLines, runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';

const stampName = '.plateau-lock-hash';

/**
 * Installs the dependencies that package-lock.json names, when they are not the ones that are installed.
 * @param {string} projectDirectory
 * @param {import('./progress.mjs').StepReport} report
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<{ value: undefined, outcome: string }>}
 * @throws {SetUpError} when npm cannot install them
 */
export async function installDependencies(projectDirectory, report, environment) {
  if (dependenciesAreCurrent(projectDirectory)) return { value: undefined, outcome: 'ready' };
  report.note('installing with npm ci');
  const npm = npmCommand(environment);
  // Said out loud because NODE_ENV=production or a user's npmrc would leave out the compiler.
  const args = [...npm.args, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const result = await runCommand(npm.command, args, {
    cwd: projectDirectory,
    env: environment,
    shell: npm.shell,
  });
  if (!result.ok) {
    throw new SetUpError(
      `npm could not install the dependencies (${result.reason}).`,
      ['npm ci    (in the project folder; it needs the npm registry or a filled npm cache)'],
      lastLines(result.output, 12),
    );
  }
  writeFileSync(path.join(projectDirectory, 'node_modules', stampName), lockHash(projectDirectory));
  const ffmpegStatic = existsSync(
    path.join(projectDirectory, 'node_modules', 'ffmpeg-static', 'package.json'),
  );
  const withoutFfmpeg = ffmpegStatic ? '' : '; ffmpeg-static could not download its ffmpeg and was left out';
  return { value: undefined, outcome: `installed${withoutFfmpeg}` };
}

/**
 * @param {string} projectDirectory
 * @returns {boolean} whether node_modules holds what package-lock.json asks for
 */
export function dependenciesAreCurrent(projectDirectory) {
  const modules = path.join(projectDirectory, 'node_modules');
  const stamp = path.join(modules, stampName);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash(projectDirectory);
}

/** @param {string} projectDirectory */
function lockHash(projectDirectory) {
  const lock = readFileSync(path.join(projectDirectory, 'package-lock.json'));
  // A native addon is built for one platform; a folder shared between two would hold the wrong one.
  return createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex');
}

/**
 * The npm that started this script, so that a machine with several uses the one the user chose.
 * @param {NodeJS.ProcessEnv} environment
 */
function npmCommand(environment) {
  const npmScript = environment['npm_execpath'];
  if (npmScript !== undefined && path.basename(npmScript) === 'npm-cli.js') {
    return { command: process.execPath, args: [npmScript], shell: false };
  }
  return process.platform === 'win32'
    ? { command: 'npm.cmd', args: [], shell: true }
    : { command: 'npm', args: [], shell: false };
}
