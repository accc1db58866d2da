import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export interface Display {
  /** For the environment variable DISPLAY. */
  readonly name: string;
  close(): Promise<void>;
}

/** Starts a display without a screen. */
export async function openDisplay(xvfb: string): Promise<Display> {
  const screen = ['-screen', '0', '1600x1000x24', '-nolisten', 'tcp'];
  const child = spawn(xvfb, ['-displayfd', '3', ...screen], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const [chunk] = (await once(child.stdio[3] as Readable, 'data')) as [Buffer];
  return {
    name: `:${chunk.toString().trim()}`,
    close: async () => {
      child.kill();
      await ended;
    },
  };
}
