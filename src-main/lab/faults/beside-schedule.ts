import { besideTimes } from '../../contract/beside-times.js';
import type { Fault } from '../../contract/faults.js';
import type { ScheduledFault } from './fault-schedule.js';

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
    { atMs: besideTimes.startMs, fault: { name: 'unbounded', stopAtMegabytes, seconds } },
    { atMs: besideTimes.troubleMs, fault: trouble },
  ];
}
