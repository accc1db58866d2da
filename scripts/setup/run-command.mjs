import { spawn } from 'node:child_process';

/** Enough of a failed command's output to see why, without filling the terminal. */
const keptOutputChars = 16_384;

/**
 * @typedef {object} CommandResult
 * @property {boolean} ok started and ended with 0
 * @property {string} output the last of standard output and standard error together
 * @property {string} reason why it is not ok, in a few words; empty when it is
 */

/**
 * Runs a command to its end without a terminal; never throws for a command that fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {number} [options.timeoutMs] after this the command is killed; no limit by default
 * @param {boolean} [options.shell] needed for `.cmd` files on Windows
 * @returns {Promise<CommandResult>}
 */
export function runCommand(command, args, options = {}) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      shell: options.shell ?? false,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const { timeoutMs } = options;
    const limit =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            child.kill('SIGKILL');
            // What it has started itself may hold its pipes open for as long as it likes.
            child.stdout.destroy();
            child.stderr.destroy();
            child.unref();
            resolve({ ok: false, output, reason: `no answer within ${timeoutMs / 1000} s` });
          }, timeoutMs);
    const keep = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString()).slice(-keptOutputChars);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => {
      clearTimeout(limit);
      resolve({ ok: false, output, reason: error.message });
    });
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      const reason = code === 0 ? '' : signal === null ? `exit code ${code}` : `ended by ${signal}`;
      resolve({ ok: code === 0, output, reason });
    });
  });
}

/**
 * @param {string} output
 * @param {number} count
 * @returns {string[]} the last lines that are not blank
 */
export function lastLines(output, count) {
  return output
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count);
}
