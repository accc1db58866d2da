import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runProgram } from '../setup/run-program.mjs';
import { projectDirectory } from '../setup/set-up.mjs';
import { addCounts, noTests } from './test-count.mjs';
import { countFileVariable } from './vitest-count-reporter.mjs';

/**
 * @param {readonly string[]} args further arguments of `vitest run`
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<import('./test-count.mjs').TestCount>} has at least one failure when vitest says that the
 *   run failed, also when it could not even begin
 */
export async function runVitest(args, environment) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'plateau-tests-'));
  const countFile = path.join(folder, 'count.json');
  try {
    const exitCode = await runProgram(
      path.join(projectDirectory, 'node_modules', 'vitest', 'vitest.mjs'),
      ['run', '--reporter=default', '--reporter=./scripts/testing/vitest-count-reporter.mjs', ...args],
      { ...environment, [countFileVariable]: countFile },
      { cwd: projectDirectory },
    );
    const count = readCount(countFile);
    return exitCode !== 0 && count.failed === 0 ? addCounts(count, { ...noTests(), failed: 1 }) : count;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} file */
function readCount(file) {
  try {
    /** @type {unknown} */
    const count = JSON.parse(readFileSync(file, 'utf8'));
    return /** @type {import('./test-count.mjs').TestCount} */ (count);
  } catch {
    return { ...noTests(), failed: 1 };
  }
}
