import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { tieToThisProcess } from './child-lifetime.js';

/** A program whose output is read, and which gets no input. */
export type OutputChild = ChildProcessByStdio<null, Readable, Readable>;

/**
 * Starts a program that lives no longer than this process. It is in a group of its own: a Ctrl-C in the
 * terminal is for us, who end it when its work is done. Its output has to be read, or it stands still when
 * the pipe is full.
 *
 * @throws the error of the system when it cannot be started
 */
export async function startChild(program: string, args: readonly string[]): Promise<OutputChild> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
  });
  await once(child, 'spawn');
  tieToThisProcess(child);
  return child;
}

/**
 * Starts a program of the desktop that outlives this process, such as a browser. That it cannot be started
 * is nobody's error: a machine without a desktop has nothing to start.
 */
export function startDetached(program: string, args: readonly string[]): void {
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.once('error', () => undefined);
  child.unref();
}
