import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';

/** The child has ended, or never started. */
function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

/** How a child ended; both are null for one that never started, or could not even be killed. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Follows a child from the very turn in which it was spawned, so that not even the end of one that dies at once is
 * missed: made before anything is awaited.
 */
export class ChildWatch {
  /** Resolves when the child has ended and everything that it printed was read, or its pipes were given up. */
  readonly closed: Promise<ChildExit>;
  readonly #child: ChildProcess;
  readonly #failed: Promise<Error>;
  #giveUp: () => void = () => undefined;
  #isClosed = false;

  /** @param child just spawned, in this turn */
  constructor(child: ChildProcess) {
    this.#child = child;
    this.#failed = new Promise((resolve) => child.on('error', resolve));
    this.closed = new Promise<ChildExit>((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal }));
      this.#giveUp = () => resolve({ code: child.exitCode, signal: child.signalCode });
      void this.#failed.then(() => {
        if (child.pid === undefined) this.#giveUp();
      });
    }).then((exit) => {
      this.#isClosed = true;
      return exit;
    });
  }

  /**
   * Resolves when the child runs: at once, for the system has answered by the time that `spawn` returns. Without
   * descriptors there are no pipes either, which the types of Node do not say: ask before any of them is touched.
   *
   * @throws the error of the system when the child could not be started
   */
  async started(): Promise<void> {
    if (this.#child.pid === undefined) throw await this.#failed;
  }

  /** Whether {@link ChildWatch.closed} has resolved. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Stops waiting: kills what is left of the child's group, which may hold the pipes of a child that has ended, and
   * closes our ends of them.
   */
  abandon(): void {
    if (this.#isClosed) return;
    signalGroup(this.#child, 'SIGKILL');
    for (const pipe of this.#child.stdio) pipe?.destroy();
    this.#giveUp();
  }
}

/** Signals the child and whatever it has started: a wrapper's ffmpeg must not outlive its wrapper. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined && process.platform !== 'win32') {
    try {
      process.kill(-child.pid, signal);
      return;
    } catch {
      // It leads no group of its own, or nobody is left in it.
    }
  }
  child.kill(signal);
}

/** Resolves when the child has ended; at once if it already has, or never started. */
export function childEnd(child: ChildProcess): Promise<void> {
  if (isGone(child)) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/**
 * Resolves to whether the child ended within the time, in milliseconds.
 *
 * @param cut ends the wait before its time when it resolves
 */
export async function endsWithin(
  child: ChildProcess,
  limitMs: number,
  cut: Promise<unknown> | null = null,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
    void cut?.then(() => resolve(false));
  });
  const ended = await Promise.race([childEnd(child).then(() => true), limit]);
  clearTimeout(timer);
  return ended;
}

/** One way to ask a child to end. */
export interface EndStage {
  /** A signal, or something kinder: its input is ended, its channel closed, a message sent. */
  readonly ask: NodeJS.Signals | (() => void);
  /** How long the child may take to end before the next stage. */
  readonly patienceMs: number;
}

/** A process in the middle of a system call on a dead disk cannot even be killed: it is left behind. */
const killPatienceMs = 5_000;

/**
 * Asks the child and its group to end, stage by stage, and insists with SIGKILL. Resolves when it is gone; at once
 * when it already was, without asking; and 5 s after SIGKILL in any case.
 *
 * @param cut when it resolves, no stage is waited for any longer
 * @returns whether it ended before it was killed
 */
export async function endInStages(
  child: ChildProcess,
  stages: readonly EndStage[],
  cut: Promise<unknown> | null = null,
): Promise<boolean> {
  if (isGone(child)) return true;
  for (const { ask, patienceMs } of stages) {
    if (typeof ask === 'string') signalGroup(child, ask);
    else ask();
    if (await endsWithin(child, patienceMs, cut)) return true;
  }
  signalGroup(child, 'SIGKILL');
  await endsWithin(child, killPatienceMs);
  return false;
}

/**
 * Ends the child together with this process, also when this process is killed without a chance to
 * clean up: a shell waits for the end of its stdin, which the kernel closes with us, then kills.
 */
export function tieToThisProcess(child: ChildProcess): void {
  const killNow = (): void => {
    child.kill('SIGKILL');
  };
  process.on('exit', killNow);
  child.once('exit', () => process.off('exit', killNow));

  if (process.platform === 'win32' || child.pid === undefined) return;
  const guard = spawn(
    'sh',
    ['-c', 'while read -r _; do :; done; kill -KILL "$1"', 'guard', String(child.pid)],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      // In a session of its own, so that Ctrl-C in the terminal does not take the guard away first.
      detached: true,
    },
  );
  // A machine without a shell, or without free descriptors (then there are no pipes), keeps the 'exit' hook above.
  guard.on('error', () => undefined);
  if (guard.pid === undefined) return;
  guard.stdin.on('error', () => undefined);
  guard.unref();
  // The pipe alone must not keep this process alive: ChildProcess.unref() leaves its streams referenced.
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  // Killed before its stdin is closed: the process id may belong to somebody else by then.
  child.once('exit', () => guard.kill('SIGKILL'));
}
