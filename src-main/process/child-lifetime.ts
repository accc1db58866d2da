import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';

/** The child has ended, or never started. */
function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

/** Resolves when the child has ended; at once if it already has, or never started. */
export function childEnd(child: ChildProcess): Promise<void> {
  if (isGone(child)) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/** Resolves to whether the child ended within the time, in milliseconds. */
export async function endsWithin(child: ChildProcess, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
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

/**
 * Asks the child to end, stage by stage, and insists with SIGKILL. Resolves when it is gone; at once when
 * it already was, without asking.
 */
export async function endInStages(child: ChildProcess, stages: readonly EndStage[]): Promise<void> {
  if (isGone(child)) return;
  for (const { ask, patienceMs } of stages) {
    if (typeof ask === 'string') child.kill(ask);
    else ask();
    if (await endsWithin(child, patienceMs)) return;
  }
  child.kill('SIGKILL');
  await childEnd(child);
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
  // A machine without a shell keeps the 'exit' hook above.
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  // The pipe alone must not keep this process alive: ChildProcess.unref() leaves its streams referenced.
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  // Killed before its stdin is closed: the process id may belong to somebody else by then.
  child.once('exit', () => guard.kill('SIGKILL'));
}
