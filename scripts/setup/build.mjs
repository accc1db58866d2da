import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lastLines, runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';

/**
 * What can be compiled: the engine, or the engine together with the programs under test/ that run in plain
 * Node (bench, faults, fixtures).
 * @typedef {'engine' | 'programs'} BuildTarget
 */

/** @type {Record<BuildTarget, { config: string, folders: string[] }>} */
const targets = {
  engine: { config: 'tsconfig.engine.json', folders: ['src-main'] },
  programs: {
    config: 'tsconfig.programs.json',
    folders: ['src-main', 'test/bench', 'test/faults', 'test/fixtures'],
  },
};

/** TypeScript, and what a page is made of. */
const sourceFile = /\.(tsx?|css|html|svg|woff2)$/;

/** What the console is built from, besides the engine. */
const consoleConfigs = [
  'electron.vite.config.ts',
  'renderer.vite.config.ts',
  'tsconfig.json',
  'package-lock.json',
];
const consoleFolders = ['electron', 'src-renderer', 'src-main/contract'];

/**
 * Compiles TypeScript to dist/ when any source is not the one it was last compiled from.
 * @param {string} projectDirectory
 * @param {BuildTarget} target
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<{ value: undefined, outcome: string }>}
 * @throws {SetUpError} when the compiler finds an error
 */
export function build(projectDirectory, target, report) {
  const { config, folders } = targets[target];
  return buildOnce(projectDirectory, report, {
    name: target,
    files: [config, 'tsconfig.json', 'package-lock.json'],
    folders,
    program: ['typescript-native', 'bin', 'tsc'],
    args: ['-p', config, '--pretty', 'false'],
    failure: 'The TypeScript compiler found errors',
    byHand: `npx tsc -p ${config}    (shows all of them)`,
  });
}

/**
 * Bundles the console (its page, and Electron's main and preload scripts around it) when any source is not
 * the one it was last bundled from.
 * @param {string} projectDirectory
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<{ value: undefined, outcome: string }>}
 * @throws {SetUpError} when the bundler finds an error
 */
export function buildConsole(projectDirectory, report) {
  return buildOnce(projectDirectory, report, {
    name: 'console',
    files: consoleConfigs,
    folders: consoleFolders,
    program: ['electron-vite', 'bin', 'electron-vite.js'],
    args: ['build', '--logLevel', 'error'],
    failure: 'The console could not be bundled',
    byHand: 'npx electron-vite build    (shows why)',
  });
}

/**
 * @param {string} projectDirectory
 * @param {import('./progress.mjs').StepReport} report
 * @param {{ name: string, files: readonly string[], folders: readonly string[], program: readonly string[],
 *   args: readonly string[], failure: string, byHand: string }} job
 * @returns {Promise<{ value: undefined, outcome: string }>}
 */
async function buildOnce(projectDirectory, report, job) {
  const stamp = path.join(projectDirectory, 'dist', `${job.name}.stamp`);
  const fingerprint = sourceFingerprint(projectDirectory, job.files, job.folders);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) {
    return { value: undefined, outcome: 'ready' };
  }
  report.note(`compiling ${job.folders.join(', ')}`);
  const program = path.join(projectDirectory, 'node_modules', ...job.program);
  const result = await runCommand(process.execPath, [program, ...job.args], { cwd: projectDirectory });
  if (!result.ok) {
    throw new SetUpError(`${job.failure} (${result.reason}).`, [job.byHand], lastLines(result.output, 12));
  }
  writeFileSync(stamp, fingerprint);
  return { value: undefined, outcome: 'compiled' };
}

/**
 * @param {string} projectDirectory
 * @param {readonly string[]} files
 * @param {readonly string[]} folders searched for sources
 * @returns {string} changes whenever a source is added, changed or removed
 */
function sourceFingerprint(projectDirectory, files, folders) {
  const sources = folders.flatMap((folder) => {
    const absolute = path.join(projectDirectory, folder);
    if (!existsSync(absolute)) return [];
    return readdirSync(absolute, { recursive: true, encoding: 'utf8' })
      .filter((name) => sourceFile.test(name))
      .map((name) => path.join(folder, name));
  });
  const hash = createHash('sha256');
  for (const file of [...files, ...sources.sort()]) {
    const { mtimeMs, size } = statSync(path.join(projectDirectory, file));
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  }
  return hash.digest('hex');
}
