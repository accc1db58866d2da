/**
 * What a step says about itself while it runs.
 * @typedef {object} StepReport
 * @property {(text: string) => void} note prints a line in the middle of a step
 */

/** Somebody who has waited for as long wants to know what for. */
const longMs = 2_000;

/**
 * One line a step, on standard error: standard output belongs to the command that is being set up
 * (`plateau record --json`).
 */
export class Progress {
  #write;
  #tellsReady;

  /**
   * @param {object} [options]
   * @param {(line: string) => void} [options.write] where lines go
   * @param {boolean} [options.tellsReady] says of a step as well that there was nothing to do; otherwise only when finding
   *   that out took long
   */
  constructor({ write = (line) => process.stderr.write(`${line}\n`), tellsReady = false } = {}) {
    this.#write = write;
    this.#tellsReady = tellsReady;
  }

  /** @param {string} text */
  note(text) {
    this.#write(`[setup] ${text}`);
  }

  /**
   * Runs a step and prints what came of it and how long it took.
   * @template T
   * @param {string} name
   * @param {(report: StepReport) => Promise<{ value: T, outcome: string }>} action
   * @returns {Promise<T>}
   * @throws whatever the action throws, after the line that says that the step failed
   */
  async step(name, action) {
    const startedAtMs = performance.now();
    const report = {
      note: (/** @type {string} */ text) => {
        this.note(`${name}: ${text}`);
      },
    };
    try {
      const { value, outcome } = await action(report);
      const tookMs = performance.now() - startedAtMs;
      const isQuiet = !this.#tellsReady && tookMs < longMs && /^ready\b/.test(outcome);
      if (!isQuiet) this.note(`${name}: ${outcome} (${formatDuration(tookMs)})`);
      return value;
    } catch (error) {
      this.note(`${name}: failed (${formatDuration(performance.now() - startedAtMs)})`);
      throw error;
    }
  }
}

/**
 * @param {number} durationMs
 * @returns {string} for example `12 ms`, `3.4 s`, `3 min 20 s`
 */
export function formatDuration(durationMs) {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 59_950) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
