/** Exit code of a program that Plateau needs and that is not there; the same as in `src-main/contract/errors.ts`. */
export const missingProgramExitCode = 6;

/** A step of the set-up that cannot work on this machine, with the commands that mend it. */
export class SetUpError extends Error {
  /**
   * @param {string} message one sentence: what is missing
   * @param {readonly string[]} remedies exact commands (or settings) of which any one mends it
   * @param {readonly string[]} [details] what was tried, in order, and why each did not work; or what a command
   *   said last
   */
  constructor(message, remedies, details = []) {
    super(message);
    this.name = 'SetUpError';
    this.remedies = remedies;
    this.details = details;
  }

  /** @returns {string} the whole message as it is printed, without a trailing line break */
  describe() {
    const lines = [this.message, ...this.details.map((detail) => `  - ${detail}`)];
    if (this.remedies.length > 0) {
      lines.push(this.remedies.length === 1 ? 'To mend it:' : 'To mend it, one of:');
      lines.push(...this.remedies.map((remedy) => `  ${remedy}`));
    }
    return lines.join('\n');
  }
}
