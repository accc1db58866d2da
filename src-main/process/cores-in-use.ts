import { cpus } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

/** Long enough for one more tick, or less, of a hundred a second to change little. */
const lookMs = 400;

interface CpuTimes {
  /** Of all cores, in milliseconds. */
  readonly busyMs: number;
  readonly totalMs: number;
  readonly ownMs: number;
}

function read(): CpuTimes {
  let busyMs = 0;
  let totalMs = 0;
  for (const { times } of cpus()) {
    const { idle, irq, nice, sys, user } = times;
    busyMs += user + nice + sys + irq;
    totalMs += user + nice + sys + irq + idle;
  }
  const own = process.cpuUsage();
  return { busyMs, totalMs, ownMs: (own.user + own.system) / 1000 };
}

/**
 * How many cores other programs use at the moment, looked at for less than half a second.
 *
 * @returns 0 where the system says nothing of it
 */
export async function coresInUseByOthers(): Promise<number> {
  const before = read();
  await wait(lookMs);
  const after = read();
  const totalMs = after.totalMs - before.totalMs;
  const othersMs = after.busyMs - before.busyMs - (after.ownMs - before.ownMs);
  return totalMs <= 0 ? 0 : Math.max(0, (othersMs / totalMs) * cpus().length);
}
