import { join, resolve } from 'node:path';
import { type ErrorReport, interruptedExitCode, PlateauError } from '../../contract/errors.js';
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
  /** Whether the take's files are ordinary ones that play, and only their check is not finished. */
  isUsable: () => boolean = () => false;
  /** What the command would end with for work that goes on after a result of 0; 0 when nothing does. */
  unfinishedExitCode: () => number = () => 0;
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
   * Ends the process at once: with the code that was settled, else with 130, or 15 when only the check of the files is
   * left. What is on the disk plays; nothing is tidied up.
   */
  forceExit(): never {
    if (this.#exitCode !== null) process.exit(this.#exitCode || this.unfinishedExitCode());
    if (this.takePath !== null && this.isUsable()) {
      const error = takeNotChecked(this.takePath);
      this.#console.sayNow(`${error.message} ${error.hint}`, {
        type: 'result',
        ...takeResult(error.exitCode, error.toReport(), this.takePath),
      });
      process.exit(error.exitCode);
    }
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

/** Somebody ended the program while the take's files were being checked. */
function takeNotChecked(takePath: string): PlateauError {
  return new PlateauError(
    'takeNotChecked',
    `Ended at once: the files in ${resolve(takePath)} play, and were not checked.`,
    '`plateau verify` on that folder checks them.',
  );
}
