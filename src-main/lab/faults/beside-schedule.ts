import type { Fault } from '../../contract/faults.js';
import type { ScheduledFault } from './fault-schedule.js';

/** Both record for a while before the trouble begins, so that it can be seen what they need without it. */
export const besideStartMs = 4_000;
/** From here on the encoders of both stand still. */
export const besideTroubleMs = 10_000;

/**
 * What shows what the caps are for: a recorder without them beside the take, then no encoder for either.
 *
 * @param seconds how long both faults last at most
 * @param stopAtMegabytes the safety stop of the one without caps
 */
export function besideSchedule(
  seconds: number,
  stopAtMegabytes: number,
  platform: NodeJS.Platform = process.platform,
): ScheduledFault[] {
  // Windows cannot hold a process still: there the disk does.
  const trouble: Fault =
    platform === 'win32' ? { name: 'stallSink', seconds } : { name: 'pauseFfmpeg', seconds };
  return [
    { atMs: besideStartMs, fault: { name: 'unbounded', stopAtMegabytes, seconds } },
    { atMs: besideTroubleMs, fault: trouble },
  ];
}
