import { readFileSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * `belowNormal` gets a tenth of a busy core, so that it ends some time: what a take is not finished without. `low` gets a
 * hundredth, and waits for hours on a machine that is busy for hours: what nobody misses before the next take is over.
 */
export type LowPriority = 'belowNormal' | 'low';

const niceness: Readonly<Record<LowPriority, number>> = {
  belowNormal: constants.priority.PRIORITY_BELOW_NORMAL,
  low: constants.priority.PRIORITY_LOW,
};
/** Linux takes one change of a group in 100 ms, of all users but root together. Milliseconds. */
const retryMs = 150;
/** Others lower the priority of theirs at the same moments. */
const maxTries = 20;

/**
 * Lowers the priority of a process that leads a session of its own (`detached`), as far as the system allows.
 *
 * Linux shares a busy machine out among sessions first, each of them alike, whatever the niceness of what runs in it: that
 * counts inside of the session alone, and a program in a session of its own gets as much as the recorder does. So the group
 * of its session (`sched(7)`, autogroup) is made as nice as the process.
 *
 * @param pid of the process, and of its session
 */
export function lowerPriority(pid: number, priority: LowPriority): void {
  const nice = niceness[priority];
  try {
    setPriority(pid, nice);
  } catch {
    // It may have ended already, or the platform refuses: it then runs at normal priority.
  }
  if (process.platform === 'linux') lowerGroup(pid, nice, 1);
}

function lowerGroup(pid: number, nice: number, tries: number): void {
  const path = `/proc/${pid}/autogroup`;
  try {
    // One that shares our own group is no leader of a session: this process would become as nice.
    if (readFileSync(path, 'utf8').split(' ')[0] === ownGroup()) return;
    writeFileSync(path, String(nice));
  } catch (thrown) {
    const isTooSoon = thrown instanceof Error && 'code' in thrown && thrown.code === 'EAGAIN';
    // A kernel without it, or a process that has ended.
    if (!isTooSoon || tries >= maxTries) return;
    setTimeout(() => lowerGroup(pid, nice, tries + 1), retryMs).unref();
  }
}

function ownGroup(): string | undefined {
  return readFileSync('/proc/self/autogroup', 'utf8').split(' ')[0];
}
