import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lastLines, runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';

/**
 * What can be compiled: the engine, or the engine together with the programs under test/ that run in plain
 * Node (bench, fixtures).
 * @typedef {'engine' | 'programs'} BuildTarget
 */

/** @type {Record<BuildTarget, { config: string, folders: string[] }>} */
const targets = {
  engine: { config: 'tsconfig.engine.json', folders: ['src-main'] },
  programs: { config: 'tsconfig.programs.json', folders: ['src-main', 'test/bench', 'test/fixtures'] },
};

/**
 * Compiles TypeScript to dist/ when any source is not the one it was last compiled from.
 * @param {string} projectDirectory
 * @param {BuildTarget} target
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<{ value: undefined, outcome: string }>}
 * @throws {SetUpError} when the compiler finds an error
 */
export async function build(projectDirectory, target, report) {
  const { config, folders } = targets[target];
  const stamp = path.join(projectDirectory, 'dist', `${target}.stamp`);
  const fingerprint = sourceFingerprint(
    projectDirectory,
    [config, 'tsconfig.json', 'package-lock.json'],
    folders,
  );
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) {
    return { value: undefined, outcome: 'ready' };
  }
  report.note(`compiling ${folders.join(', ')}`);
  const compiler = path.join(projectDirectory, 'node_modules', 'typescript', 'bin', 'tsc');
  const result = await runCommand(process.execPath, [compiler, '-p', config, '--pretty', 'false'], {
    cwd: projectDirectory,
  });
  if (!result.ok) {
    throw new SetUpError(
      `The TypeScript compiler found errors (${result.reason}).`,
      [`npx tsc -p ${config}    (shows all of them)`],
      lastLines(result.output, 12),
    );
  }
  writeFileSync(stamp, fingerprint);
  return { value: undefined, outcome: 'compiled' };
}

/**
 * @param {string} projectDirectory
 * @param {readonly string[]} files
 * @param {readonly string[]} folders searched for .ts files
 * @returns {string} changes whenever a source is added, changed or removed
 */
function sourceFingerprint(projectDirectory, files, folders) {
  const sources = folders.flatMap((folder) => {
    const absolute = path.join(projectDirectory, folder);
    if (!existsSync(absolute)) return [];
    return readdirSync(absolute, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.join(folder, name));
  });
  const hash = createHash('sha256');
  for (const file of [...files, ...sources.sort()]) {
    const { mtimeMs, size } = statSync(path.join(projectDirectory, file));
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  }
  return hash.digest('hex');
}
