import { join, resolve } from 'node:path';
import { interruptedExitCode, type ErrorReport } from '../../contract/errors.js';
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
export class Ending {
  readonly #console: CommandConsole;
  /** The take's folder, as soon as there is one. */
  takePath: string | null = null;
  #exitCode: number | null = null;

  constructor(console: CommandConsole) {
    this.#console = console;
  }

  /** The result has been said: whatever interrupts from now on cannot change it. @returns the exit code */
  reached(exitCode: number): number {
    this.#exitCode = exitCode;
    return exitCode;
  }

  /** A second Ctrl-C: what is on the disk is fragmented and plays, nothing is tidied up. */
  endAtOnce(): never {
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
