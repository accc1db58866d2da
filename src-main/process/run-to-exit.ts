import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { ChildWatch, endInStages } from './child-lifetime.js';
import { lowerPriority, type LowPriority } from './low-priority.js';
import { endWithThisProcess } from './orphan-guard.js';
import { LineSplitter } from './text-tail.js';

/** Time between SIGTERM, at which a program may tidy up, and SIGKILL. */
const killAfterMs = 2_000;
/** What somebody else may take who still holds the pipes of a program that has ended. */
const pipesPatienceMs = 2_000;

/** One run of a program, from its start to its exit. */
export interface ProgramRun {
  readonly program: string;
  readonly arguments: readonly string[];
  /** All that it gets on stdin; without it stdin is closed. */
  readonly input?: Uint8Array | undefined;
  /** The working directory; this process's own when left out. */
  readonly folder?: string | undefined;
  /** Ends the run: SIGTERM, and SIGKILL two seconds later. */
  readonly signal?: AbortSignal | undefined;
  /** The same, once it has printed nothing for so long, in milliseconds. */
  readonly silenceLimitMs: number;
  /** For work that runs beside a take; as everything else when left out. */
  readonly priority?: LowPriority | undefined;
  /** Gets each line as it is printed, cut to 1000 characters. */
  readonly onStdoutLine?: ((line: string) => void) | undefined;
  readonly onStderrLine?: ((line: string) => void) | undefined;
}

/** How a run ended. */
export type ProgramExit =
  /** `exitCode` is null when something else ended it by a signal, which is named then. */
  | { readonly type: 'exited'; readonly exitCode: number | null; readonly signal?: NodeJS.Signals }
  | { readonly type: 'canceled' }
  /** It had printed nothing for too long. */
  | { readonly type: 'silent' }
  | { readonly type: 'notStarted'; readonly cause: unknown };

type Program = ChildProcessByStdio<Writable | null, Readable, Readable>;

/** What a terminal, or whoever ends us, sends to a whole group. */
const groupSignals: ReadonlySet<NodeJS.Signals | null> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);
/** Each start can be hit by one key press. */
const maxStarts = 5;

/**
 * Runs a program to its end. Nothing of its output is kept: it is handed on line by line. The program is in a group
 * of its own, so that a Ctrl-C in the terminal does not end what finalizes a take. In the moment before it has left
 * our group it can be hit all the same: it is then started once more.
 */
export async function runToExit(run: ProgramRun): Promise<ProgramExit> {
  for (let starts = 1; ; starts += 1) {
    const { exit, wasHit } = await runOnce(run);
    if (!wasHit || starts === maxStarts) return exit;
  }
}

interface RunEnd {
  readonly exit: ProgramExit;
  /** A signal to our group ended it before it had said anything. */
  readonly wasHit: boolean;
}

async function runOnce(run: ProgramRun): Promise<RunEnd> {
  if (isCanceled(run)) return { exit: { type: 'canceled' }, wasHit: false };
  let child: Program;
  let watch: ChildWatch;
  try {
    child = spawn(programOf(run), run.arguments, {
      stdio: [run.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      cwd: run.folder,
      detached: true,
      windowsHide: true,
    }) as Program;
    watch = new ChildWatch(child);
    endWithThisProcess(child);
    await watch.started();
  } catch (cause) {
    return { exit: { type: 'notStarted', cause }, wasHit: false };
  }
  return followToExit(run, child, watch);
}

async function followToExit(run: ProgramRun, child: Program, watch: ChildWatch): Promise<RunEnd> {
  if (run.priority !== undefined && child.pid !== undefined) lowerPriority(child.pid, run.priority);
  const seen = { isHeard: false, isSilent: false };
  const end = (): void => {
    void endInStages(child, [{ ask: 'SIGTERM', patienceMs: killAfterMs }]).then(() => {
      setTimeout(() => watch.abandon(), pipesPatienceMs).unref();
    });
  };
  const silence = setTimeout(() => {
    seen.isSilent = true;
    end();
  }, run.silenceLimitMs);
  const linesTo = (onLine: ((line: string) => void) | undefined, stream: Readable): LineSplitter => {
    const lines = new LineSplitter((line) => onLine?.(line));
    stream.on('data', (chunk: Buffer) => {
      seen.isHeard = true;
      silence.refresh();
      lines.push(chunk);
    });
    return lines;
  };
  const stdout = linesTo(run.onStdoutLine, child.stdout);
  const stderr = linesTo(run.onStderrLine, child.stderr);
  // A broken pipe is told by the exit that broke it.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(run.input);
  run.signal?.addEventListener('abort', end, { once: true });
  if (isCanceled(run)) end();
  const { code, signal } = await watch.closed;
  clearTimeout(silence);
  run.signal?.removeEventListener('abort', end);
  stdout.end();
  stderr.end();
  if (isCanceled(run)) return { exit: { type: 'canceled' }, wasHit: false };
  if (seen.isSilent) return { exit: { type: 'silent' }, wasHit: false };
  return {
    exit: { type: 'exited', exitCode: code, ...(signal !== null && { signal }) },
    wasHit: !seen.isHeard && groupSignals.has(signal),
  };
}

/** A relative path of the program is meant from this process's folder, not from the one that it runs in. */
function programOf({ program, folder }: ProgramRun): string {
  return folder !== undefined && /[/\\]/.test(program) ? resolve(program) : program;
}

/** A function, for it changes while a run is awaited. */
function isCanceled({ signal }: ProgramRun): boolean {
  return signal?.aborted === true;
}
