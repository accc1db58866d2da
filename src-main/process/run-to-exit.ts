import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { resolve } from 'node:path';
import { endInStages } from './child-lifetime.js';
import { LineSplitter } from './text-tail.js';

/** Time between SIGTERM, at which a program may tidy up, and SIGKILL. */
const killAfterMs = 2_000;

/** One run of a program, from its start to its exit. */
export interface ProgramRun {
  readonly program: string;
  readonly arguments: readonly string[];
  /** The working directory; this process's own when left out. */
  readonly folder?: string | undefined;
  /** Ends the run: SIGTERM, and SIGKILL two seconds later. */
  readonly signal?: AbortSignal | undefined;
  /** Below everything else on the machine: for work that runs beside a take. */
  readonly lowPriority?: boolean | undefined;
  /** Gets each line as it is printed, cut to 1000 characters. */
  readonly onStdoutLine?: ((line: string) => void) | undefined;
  readonly onStderrLine?: ((line: string) => void) | undefined;
}

/** How a run ended. */
export type ProgramExit =
  /** `exitCode` is null when something else ended it by a signal. */
  | { readonly type: 'exited'; readonly exitCode: number | null }
  | { readonly type: 'canceled' }
  | { readonly type: 'notStarted'; readonly cause: unknown };

/**
 * Runs a program without input to its end. Nothing of its output is kept: it is handed on line by line.
 * The program is in a group of its own, so that a Ctrl-C in the terminal does not end what finalizes a take.
 */
export async function runToExit(run: ProgramRun): Promise<ProgramExit> {
  if (isCanceled(run)) return { type: 'canceled' };
  const child = spawn(programOf(run), run.arguments, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: run.folder,
    detached: true,
    windowsHide: true,
  });
  const closed = new Promise<number | null>((resolve) => {
    child.once('close', (exitCode) => resolve(exitCode));
  });
  try {
    await once(child, 'spawn');
  } catch (cause) {
    return { type: 'notStarted', cause };
  }
  if (run.lowPriority === true && child.pid !== undefined) lowerPriority(child.pid);
  const stdout = new LineSplitter((line) => run.onStdoutLine?.(line));
  const stderr = new LineSplitter((line) => run.onStderrLine?.(line));
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const cancel = (): void => {
    void endInStages(child, [{ ask: 'SIGTERM', patienceMs: killAfterMs }]);
  };
  run.signal?.addEventListener('abort', cancel, { once: true });
  if (isCanceled(run)) cancel();
  const exitCode = await closed;
  run.signal?.removeEventListener('abort', cancel);
  stdout.end();
  stderr.end();
  return isCanceled(run) ? { type: 'canceled' } : { type: 'exited', exitCode };
}

/** A relative path of the program is meant from this process's folder, not from the one that it runs in. */
function programOf({ program, folder }: ProgramRun): string {
  return folder !== undefined && /[/\\]/.test(program) ? resolve(program) : program;
}

/** A function, for it changes while a run is awaited. */
function isCanceled({ signal }: ProgramRun): boolean {
  return signal?.aborted === true;
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It may have ended already, or the platform refuses: it then runs at normal priority.
  }
}
