import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { oneAtATime } from './one-at-a-time.mjs';
import { lastLines, runCommand } from './run-command.mjs';

/** Variables through which the tests learn where the scripts are, or why they are not there. */
export const livekitClientVariables = {
  folder: 'PLATEAU_TEST_LIVEKIT_CLIENT',
  missing: 'PLATEAU_TEST_LIVEKIT_CLIENT_MISSING',
};

/** What a participant in a browser runs. No part of the product, so that no package.json names it. */
const livekitClient = {
  version: '2.23.0',
  sha256: '993eafb83afb4c566bb388108ad6469bf499d76200014c96c35fe3b39fee859d',
  scripts: ['livekit-client.umd.js', 'livekit-client.e2ee.worker.js'],
};
const downloadTimeoutMs = 60_000;

/**
 * Provides livekit-client for tests with a participant in a browser. Never fails: without it they are skipped, and
 * say so.
 * @param {NodeJS.ProcessEnv} environment receives where it is, or why it is not there
 * @param {string} cache folder of this user for programs like this one
 * @param {import('./progress.mjs').StepReport} report
 * @returns {Promise<{ value: undefined, outcome: string }>}
 */
export async function provideLivekitClient(environment, cache, report) {
  const { version, scripts } = livekitClient;
  const folder = path.join(cache, `livekit-client-${version}`);
  const isThere = () => scripts.every((name) => existsSync(path.join(folder, name)));
  try {
    if (!isThere()) {
      mkdirSync(cache, { recursive: true });
      await oneAtATime(
        `${folder}.lock`,
        async () => {
          if (!isThere()) await download(environment, cache, folder, report);
        },
        (pid) => {
          report.note(`waiting for process ${pid}`);
        },
      );
    }
    environment[livekitClientVariables.folder] = folder;
    return { value: undefined, outcome: `ready, ${version}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    environment[livekitClientVariables.missing] = reason;
    return { value: undefined, outcome: `not there: ${reason}` };
  }
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} cache
 * @param {string} folder
 * @param {import('./progress.mjs').StepReport} report
 */
async function download(environment, cache, folder, report) {
  const { version, sha256 } = livekitClient;
  report.note(`downloading livekit-client ${version} (3 MB, once)`);
  const work = mkdtempSync(path.join(cache, 'livekit-client-'));
  try {
    const run = async (/** @type {string} */ command, /** @type {string[]} */ args) => {
      const options = { cwd: work, env: environment, timeoutMs: downloadTimeoutMs };
      const result = await runCommand(command, args, options);
      if (!result.ok) throw new Error(`${command}: ${lastLines(result.output, 1).join('') || result.reason}`);
    };
    await run('npm', ['pack', '--silent', '--ignore-scripts', `livekit-client@${version}`]);
    const name = readdirSync(work).find((file) => file.endsWith('.tgz'));
    if (name === undefined) throw new Error('npm downloaded no package');
    const actual = createHash('sha256')
      .update(readFileSync(path.join(work, name)))
      .digest('hex');
    if (actual !== sha256) throw new Error(`${name} has SHA-256 ${actual}: refused`);
    await run('tar', ['-xzf', name]);
    rmSync(folder, { recursive: true, force: true });
    renameSync(path.join(work, 'package', 'dist'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
