import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, in which /proc counts CPU time: 100 on every Linux that Node runs on. */
const msPerTick = 10;

interface ProcStat {
  readonly parentPid: number;
  readonly name: string;
  /** User and system time of the process itself. */
  readonly cpuMs: number;
  /** The same of children that ended and were waited for. */
  readonly reapedCpuMs: number;
}

/** /proc/PID/stat (proc(5)); null when there is no such process. */
function readStat(pid: number): ProcStat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in brackets and may hold anything, brackets too.
    const nameEnd = text.lastIndexOf(')');
    const fields = text.slice(nameEnd + 2).split(' ');
    const ticks = (field: number): number => Number(fields[field] ?? NaN);
    return {
      parentPid: ticks(1),
      name: text.slice(text.indexOf('(') + 1, nameEnd),
      cpuMs: (ticks(11) + ticks(12)) * msPerTick,
      reapedCpuMs: (ticks(13) + ticks(14)) * msPerTick,
    };
  } catch {
    return null;
  }
}

/** The live children of a process. */
export function childPids(parentPid: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && readStat(pid)?.parentPid === parentPid);
}

export function processName(pid: number): string | null {
  return readStat(pid)?.name ?? null;
}

/**
 * CPU time of a process and of everything it started, whether or not it has ended: it never goes back.
 *
 * @throws Error when the process has ended
 */
export function familyCpuMs(pid: number): number {
  const stat = readStat(pid);
  if (stat === null) throw new Error(`process ${pid} has ended`);
  const ofChildren = childPids(pid).map((child) => {
    try {
      return familyCpuMs(child);
    } catch {
      // It ended between the two looks; its time is in the next reading's reaped one.
      return 0;
    }
  });
  return stat.cpuMs + stat.reapedCpuMs + ofChildren.reduce((sum, ms) => sum + ms, 0);
}

/** CPU time of the process alone. */
export function ownCpuMs(pid: number): number {
  return readStat(pid)?.cpuMs ?? 0;
}

/** Sends a signal to a process that may have ended. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
