import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import path from 'node:path';
import { projectDirectory } from './set-up.mjs';

/** @type {readonly NodeJS.Signals[]} */
const forwardedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] the caller's by default, for relative output folders
 * @property {(chunk: Buffer) => void} [onOutput] receives what it writes, which goes to the terminal otherwise
 * @property {boolean} [isYielding] it and its children get what others leave of the processor
 */

/**
 * Runs a Node program in the foreground: it has this process's terminal, receives its signals and decides
 * its exit code. A terminal sends Ctrl-C to both, so the program can see one key press twice.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 * @param {RunOptions} [options]
 * @returns {Promise<number>} its exit code, or 128 + the number of the signal that ended it
 */
export function runProgram(file, args, environment, options = {}) {
  return runExecutable(process.execPath, [file, ...args], environment, options);
}

/** As in the first line of `src-main/cli.ts`. */
export const commandLineFlags = ['--max-semi-space-size=4'];

/**
 * Runs the built command line as its own first line has it.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<number>} as {@link runProgram}
 */
export function runCommandLine(args, environment) {
  const program = path.join(projectDirectory, 'dist', 'src-main', 'cli.js');
  return runExecutable(process.execPath, [...commandLineFlags, program, ...args], environment);
}

/**
 * The same for any other executable.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 * @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
export function runExecutable(command, args, environment, options = {}) {
  const { onOutput } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? callersDirectory(environment),
      env: environment,
      stdio: onOutput === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    if (options.isYielding === true) yieldToOthers(child);
    if (onOutput !== undefined) {
      child.stdout?.on('data', onOutput);
      child.stderr?.on('data', onOutput);
    }
    const handlers = forwardedSignals.map((signal) => {
      const forward = () => {
        child.kill(signal);
      };
      process.on(signal, forward);
      return { signal, forward };
    });
    const stopForwarding = () => {
      for (const { signal, forward } of handlers) process.off(signal, forward);
    };
    child.on('error', (error) => {
      stopForwarding();
      reject(error);
    });
    // Not `exit`: what it has written last may still be on its way.
    child.on('close', (code, signal) => {
      stopForwarding();
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}

/**
 * Before it has threads and children, which inherit it.
 * @param {import('node:child_process').ChildProcess} child
 */
function yieldToOthers({ pid }) {
  // Without a number it has not started, and says so itself.
  if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
}

/**
 * npm runs scripts in the project's folder and says in INIT_CWD where the user was: a relative `--out` means
 * that one.
 * @param {NodeJS.ProcessEnv} environment
 */
function callersDirectory(environment) {
  return environment['npm_lifecycle_event'] === undefined
    ? process.cwd()
    : (environment['INIT_CWD'] ?? projectDirectory);
}
