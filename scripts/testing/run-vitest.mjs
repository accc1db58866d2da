import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { formatDuration } from '../setup/progress.mjs';
import { runProgram } from '../setup/run-program.mjs';
import { projectDirectory } from '../setup/set-up.mjs';
import { runChecks, staticChecks } from './run-static-checks.mjs';
import { addCounts, noTests, oneFailure } from './test-count.mjs';
import { alone, computing, live, livePlaces } from './test-projects.mjs';
import { besideVariable, countFileVariable } from './vitest-count-reporter.mjs';

/**
 * @param {readonly string[]} args further arguments of `vitest run`
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<import('./test-count.mjs').TestCount>} has at least one failure when vitest says that the
 *   run failed, also when it could not even begin
 */
export function runVitest(args, environment) {
  return runOnce(args, environment);
}

/**
 * Runs everything: what records live rooms, and beside it, at a low priority, what only computes. The files of the clock follow,
 * one at a time, and have nothing beside them but what is left of that. At the end stands, with nothing beside it, what the machine
 * could not carry: a test of a live room may fail for want of it, and only what fails with the machine for itself is the product's.
 * @param {NodeJS.ProcessEnv} environment
 * @param {boolean} withStaticChecks also formatter, lint and types
 * @returns {Promise<import('./test-count.mjs').TestCount>}
 */
export async function runEverything(environment, withStaticChecks) {
  process.stdout.write('[test] several run side by side; each is shown when it has ended\n');
  const checks = withStaticChecks ? staticChecks : [];
  const computed = work([
    ...computing.map((project) => () => runBeside(project, environment, { isYielding: true })),
    ...checks.map((row) => () => runChecks(row, environment, { isYielding: true })),
  ]);
  const lived = runLive(environment).then(async (count) => {
    process.stdout.write(`[test] one at a time, beside what only computes: ${alone.join(', ')}\n`);
    return addCounts(count, await runOnce(alone, { ...environment, [besideVariable]: '1' }));
  });
  const counts = await Promise.all([computed, lived]);
  let count = counts.reduce(addCounts);
  for (const args of aloneRuns(count.postponed)) {
    process.stdout.write(`[test] alone, with nothing beside it: ${args.join(', ')}\n`);
    count = addCounts(count, await runOnce(args, environment));
  }
  return count;
}

/**
 * What is judged with nothing beside it: of a file that ran before only the groups that were not judged then, for
 * one of its takes costs as much as another.
 * @param {readonly import('./test-count.mjs').Postponed[]} postponed
 * @returns {string[][]} arguments of vitest, for each run
 */
export function aloneRuns(postponed) {
  const whole = postponed.filter(({ group }) => group === null).map(({ file }) => file);
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const { file, group } of postponed) {
    if (group !== null && !whole.includes(file)) groups.set(file, [...(groups.get(file) ?? []), group]);
  }
  const chosen = [...groups].map(([file, names]) => [
    file,
    '-t',
    `^(?:${names.map(escaped).join('|')})(?: |$)`,
  ]);
  return [...(whole.length === 0 ? [] : [[...new Set(whole)]]), ...chosen];
}

/** @param {string} name */
function escaped(name) {
  return name.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}

/** @param {NodeJS.ProcessEnv} environment */
async function runLive(environment) {
  const jobs = live.map((project) => () => runBeside(project, environment));
  const places = await Promise.all(Array.from({ length: livePlaces }, () => work(jobs)));
  return places.reduce(addCounts);
}

/**
 * Takes one job after the other until there is none.
 * @param {(() => Promise<import('./test-count.mjs').TestCount>)[]} jobs
 */
async function work(jobs) {
  let count = noTests();
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) count = addCounts(count, await job());
  return count;
}

/**
 * Shows what it wrote when it has ended, so that several can be read.
 * @param {import('./test-projects.mjs').ProjectName} project
 * @param {NodeJS.ProcessEnv} environment
 * @param {Pick<import('../setup/run-program.mjs').RunOptions, 'isYielding'>} [priority]
 */
async function runBeside(project, environment, priority) {
  const startedAtMs = performance.now();
  // What needs no time of its own has no excuse.
  const beside = project === 'unit' ? {} : { [besideVariable]: '1' };
  /** @type {Buffer[]} */
  const output = [];
  const count = await runOnce(
    ['--project', project, ...alone.flatMap((file) => ['--exclude', file])],
    { ...environment, ...beside },
    { ...priority, onOutput: (chunk) => output.push(chunk) },
  );
  process.stdout.write(Buffer.concat(output));
  process.stdout.write(`[test] ${project}: ended (${formatDuration(performance.now() - startedAtMs)})\n`);
  return count;
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 * @param {import('../setup/run-program.mjs').RunOptions} [options]
 * @returns {Promise<import('./test-count.mjs').TestCount>}
 */
async function runOnce(args, environment, options = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'plateau-tests-'));
  const countFile = path.join(folder, 'count.json');
  try {
    const exitCode = await runProgram(
      path.join(projectDirectory, 'node_modules', 'vitest', 'vitest.mjs'),
      ['run', '--reporter=default', '--reporter=./scripts/testing/vitest-count-reporter.mjs', ...args],
      { ...environment, [countFileVariable]: countFile },
      { cwd: projectDirectory, ...options },
    );
    const count = readCount(countFile);
    if (exitCode === 0 || count.failed > 0 || count.failedBeside.length > 0) return count;
    return addCounts(
      count,
      oneFailure(`vitest ${args.join(' ')}: ended with ${exitCode}, and no test failed`),
    );
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
    return oneFailure('vitest ended before it had counted its tests');
  }
}
