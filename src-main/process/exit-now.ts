import { spawn } from 'node:child_process';

/** How long a process may take to exit, in seconds, before it is killed. */
const patienceSeconds = 2;

/**
 * Ends this process, whatever keeps it: Node waits for every thread of its pool, and one that a dead disk holds in a
 * system call never ends. A shell kills the process then; where there is none, it may stay.
 */
export function exitNow(exitCode: number): never {
  if (process.platform !== 'win32') {
    const script = `sleep ${patienceSeconds}; kill -KILL "$1"`;
    const killer = spawn('sh', ['-c', script, 'sh', String(process.pid)], {
      stdio: 'ignore',
      detached: true,
    });
    killer.on('error', () => undefined);
    killer.unref();
  }
  process.exit(exitCode);
}
