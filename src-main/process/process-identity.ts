import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { hasCode } from './system-error.js';

const run = promisify(execFile);
/** How long another program may take to say when a process started, in milliseconds. */
const patienceMs = 5_000;

/** Tells one process from every other one that ever had, or will have, its pid. */
export interface ProcessIdentity {
  /** The machine's name, and the process namespace where there are several (containers): pids mean nothing elsewhere. */
  readonly host: string;
  readonly pid: number;
  /** When it started, in the system's own words; null where it does not say. */
  readonly started: string | null;
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return { host: await hostIdentity(), pid: process.pid, started: await startOf(process.pid) };
}

/** When another process of this machine has started; null where the system does not say. */
export function startOfProcess(pid: number): Promise<string | null> {
  return startOf(pid);
}

/**
 * Whether a process still runs.
 *
 * @returns null when that cannot be known from here: it is, or was, on another machine
 */
export async function isProcessAlive({ host, pid, started }: ProcessIdentity): Promise<boolean | null> {
  if (host !== (await hostIdentity())) return null;
  if (!exists(pid)) return false;
  const now = await startOf(pid);
  // A pid is given out again, and the start tells. Where the system does not say, the pid has to do.
  return started === null || now === null ? exists(pid) : now === started;
}

/** Signal 0 asks; a process of somebody else may not be signaled, and is there. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return hasCode(thrown, 'EPERM');
  }
}

async function hostIdentity(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return namespace === '' ? hostname() : `${hostname()} ${namespace}`;
}

/** Linux says it in ticks since boot, which alone would repeat; other systems have `ps`; Windows has neither. */
async function startOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const [status, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ''),
      readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => ''),
    ]);
    // The name of the program stands in parentheses and may hold anything: the fields are counted from behind it.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    const [state, ticks] = [fields[0], fields[19]];
    // Killed, and not collected yet: it does nothing any more.
    if (state === 'Z' || state === 'X') return 'ended';
    return ticks === undefined ? null : `${ticks} ${boot.trim()}`;
  }
  if (process.platform === 'win32') return null;
  const listed = await run('ps', ['-o', 'lstart=', '-p', String(pid)], { timeout: patienceMs }).catch(
    () => null,
  );
  const text = listed?.stdout.trim() ?? '';
  return text === '' ? null : text;
}
