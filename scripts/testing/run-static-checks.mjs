import path from 'node:path';
import { formatDuration } from '../setup/progress.mjs';
import { runProgram } from '../setup/run-program.mjs';
import { projectDirectory } from '../setup/set-up.mjs';
import { addCounts, noTests, oneFailure } from './test-count.mjs';

/**
 * A program by its path in the project.
 * @typedef {{ readonly name: string, readonly program: string, readonly args: readonly string[] }} Check
 */

/**
 * What needs no types is ESLint's. What does is read with the types of TypeScript in machine code, for a tenth of the work.
 * @type {readonly Check[]}
 */
const lint = [
  { name: 'lint', program: 'node_modules/eslint/bin/eslint.js', args: ['.'] },
  { name: 'lint (types)', program: 'node_modules/oxlint/bin/oxlint', args: [] },
];

/** TypeScript in machine code: a fifth of the work of the other one, and the same faults. */
const compiler = 'node_modules/typescript-native/bin/tsc';

/** @type {readonly Check[]} */
const besideLint = [
  { name: 'format', program: 'node_modules/prettier/bin/prettier.cjs', args: ['--check', '.'] },
  { name: 'types', program: compiler, args: ['-p', 'tsconfig.json'] },
  {
    name: 'types (window)',
    program: compiler,
    args: ['-p', 'tsconfig.renderer.json'],
  },
  { name: 'dead code', program: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
  {
    name: 'dead code (shipped)',
    program: 'node_modules/knip/bin/knip.js',
    args: ['--no-progress', '--production', '--tags=-forTests'],
  },
  { name: 'docs', program: 'scripts/testing/check-docs.mjs', args: [] },
];

/** Rows that run side by side, the longer one first. @type {ReadonlyArray<readonly Check[]>} */
export const staticChecks = [lint, besideLint];

/**
 * Runs formatter, lint, type check, the search for dead code and the one for missing doc comments; all of them, so that
 * one run shows everything that is wrong.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<import('./test-count.mjs').TestCount>}
 */
export async function runStaticChecks(environment) {
  const counts = await Promise.all(staticChecks.map((checks) => runChecks(checks, environment)));
  return counts.reduce(addCounts);
}

/**
 * In turn; shows what a check wrote when it has ended.
 * @param {readonly Check[]} checks
 * @param {NodeJS.ProcessEnv} environment
 * @param {Pick<import('../setup/run-program.mjs').RunOptions, 'isYielding'>} [priority]
 * @returns {Promise<import('./test-count.mjs').TestCount>}
 */
export async function runChecks(checks, environment, priority) {
  let count = noTests();
  for (const { name, program, args } of checks) {
    const startedAtMs = performance.now();
    const file = path.join(projectDirectory, ...program.split('/'));
    /** @type {Buffer[]} */
    const output = [];
    const exitCode = await runProgram(file, args, environment, {
      cwd: projectDirectory,
      ...priority,
      onOutput: (chunk) => output.push(chunk),
    });
    process.stdout.write(Buffer.concat(output));
    const passed = exitCode === 0;
    count = addCounts(count, passed ? { ...noTests(), passed: 1 } : oneFailure(`${name}: see above`));
    const duration = formatDuration(performance.now() - startedAtMs);
    process.stdout.write(`[check] ${name}: ${passed ? 'passed' : 'FAILED'} (${duration})\n`);
  }
  return count;
}
