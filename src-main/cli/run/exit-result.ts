import { join, resolve } from 'node:path';
import { type ErrorReport, interruptedExitCode } from '../../contract/errors.js';
import type { CommandConsole } from '../output/command-console.js';

/** What a `result` line says of a take. */
export function takeResult(exitCode: number, error: ErrorReport | null, takePath: string | null): object {
  const folder = takePath === null ? null : resolve(takePath);
  return {
    exitCode,
    error,
    takeFolder: folder,
    manifestPath: folder === null ? null : join(folder, 'manifest.json'),
  };
}

/** How far a command has come, for the moment at which somebody ends it at once. */
export class ExitResult {
  readonly #console: CommandConsole;
  /** The take's folder, as soon as there is one. */
  takePath: string | null = null;
  #exitCode: number | null = null;

  /** @param console where a forced exit is told */
  constructor(console: CommandConsole) {
    this.#console = console;
  }

  /** Whether a result was told, and nothing was begun since. */
  get isSettled(): boolean {
    return this.#exitCode !== null;
  }

  /**
   * The result was told: whatever interrupts from now on cannot change it.
   *
   * @returns the exit code
   */
  settle(exitCode: number): number {
    this.#exitCode = exitCode;
    return exitCode;
  }

  /** Another take is waited for or runs: an interrupt can change the result again. */
  reopen(): void {
    this.#exitCode = null;
    this.takePath = null;
  }

  /**
   * Ends the process at once: with the code that was settled, else with 130. What is on the disk is
   * fragmented and plays; nothing is tidied up.
   */
  forceExit(): never {
    if (this.#exitCode !== null) process.exit(this.#exitCode);
    const left =
      this.takePath === null
        ? 'Ended at once.'
        : `Ended at once: the fragmented files in ${resolve(this.takePath)} play.`;
    this.#console.sayNow(left, {
      type: 'result',
      ...takeResult(interruptedExitCode, null, this.takePath),
    });
    process.exit(interruptedExitCode);
  }
}
