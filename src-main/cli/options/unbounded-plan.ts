import { PlateauError } from '../../contract/errors.js';
import type { Fault } from '../../contract/faults.js';
import type { ScheduledFault } from '../../lab/faults/fault-schedule.js';
import { parseStopAtMegabytes } from './parse-size.js';

/** The options of `plateau unbounded`, as commander hands them over. */
export interface UnboundedOptions {
  readonly seconds?: string;
  readonly stopAt?: string;
  readonly out?: string;
}

/** What `plateau unbounded` does in the demo room. */
export interface UnboundedPlan {
  readonly seconds: number;
  readonly stopAtMegabytes: number;
  readonly faults: readonly ScheduledFault[];
}

const defaults = { seconds: 60, stopAtMegabytes: 2_000 } as const;
const limits = { minSeconds: 20, maxSeconds: 600 } as const;
/** Both record for a while before the trouble begins, so that it can be seen what they need without it. */
export const unboundedStartMs = 4_000;
/** From here on the encoders of both stand still. */
export const unboundedTroubleMs = 10_000;

/**
 * Reads what `plateau unbounded` was called with.
 *
 * @throws PlateauError `usage`
 */
export function readUnboundedPlan(
  options: UnboundedOptions,
  platform: NodeJS.Platform = process.platform,
): UnboundedPlan {
  const seconds = options.seconds === undefined ? defaults.seconds : Number(options.seconds);
  if (!(seconds >= limits.minSeconds && seconds <= limits.maxSeconds)) {
    throw new PlateauError(
      'usage',
      `--seconds has to be a number from ${limits.minSeconds} to ${limits.maxSeconds}.`,
      'Leave it out for one minute.',
    );
  }
  const stopAtMegabytes =
    options.stopAt === undefined ? defaults.stopAtMegabytes : parseStopAtMegabytes(options.stopAt);
  // Windows cannot hold a process still: there the disk does.
  const trouble: Fault =
    platform === 'win32' ? { name: 'stallSink', seconds } : { name: 'pauseFfmpeg', seconds };
  return {
    seconds,
    stopAtMegabytes,
    faults: [
      { atMs: unboundedStartMs, fault: { name: 'unbounded', stopAtMegabytes, seconds } },
      { atMs: unboundedTroubleMs, fault: trouble },
    ],
  };
}
