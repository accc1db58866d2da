import { toPlateauError } from '../../contract/errors.js';
import type { FaultTargets } from '../../lab/faults/fault-actions.js';
import { followSchedule, type ScheduledFault } from '../../lab/faults/fault-schedule.js';
import type { CommandConsole } from '../output/command-console.js';

/** Faults for {@link attachFaults}. */
export interface FaultPlan {
  readonly schedule: readonly ScheduledFault[];
  /** Faults may be done in a real room as well. */
  readonly isConfirmed: boolean;
}

/**
 * Starts each fault at its moment of the take. One that cannot be started is a warning: the take goes on.
 *
 * @returns what ends the faults; the caller closes it before the recorder leaves the room
 */
export async function attachFaults(
  targets: FaultTargets,
  { schedule, isConfirmed }: FaultPlan,
  console: CommandConsole,
): Promise<{ close(): Promise<void> }> {
  const { FaultBench } = await import('../../lab/faults/fault-bench.js');
  const bench = new FaultBench(targets);
  followSchedule(schedule, bench, targets.recorder, isConfirmed, (thrown) => {
    console.say(`warning: a fault could not be started: ${toPlateauError(thrown).message}`);
  });
  return bench;
}
