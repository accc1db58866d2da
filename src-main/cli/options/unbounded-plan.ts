import { PlateauError } from '../../contract/errors.js';
import { besideSchedule } from '../../lab/faults/beside-schedule.js';
import type { ScheduledFault } from '../../lab/faults/fault-schedule.js';
import { Complaints } from './complaints.js';
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

/** A minute is watched to its end; 2 GB do not make a machine of 8 GB swap by themselves. */
const defaults = { seconds: 60, stopAtMegabytes: 2_000 } as const;
/**
 * The encoders stall at 10 s (`besideTimes`): before 20 s no growth is seen, and after ten minutes no more is learned.
 */
const limits = { minSeconds: 20, maxSeconds: 600 } as const;
/**
 * Reads what `plateau unbounded` was called with.
 *
 * @throws PlateauError `usage`
 */
export function readUnboundedPlan(
  options: UnboundedOptions,
  platform: NodeJS.Platform = process.platform,
): UnboundedPlan {
  const wrong = new Complaints();
  const seconds = options.seconds === undefined ? defaults.seconds : Number(options.seconds);
  if (!(seconds >= limits.minSeconds && seconds <= limits.maxSeconds)) {
    wrong.add(
      new PlateauError(
        'usage',
        `--seconds has to be a number from ${limits.minSeconds} to ${limits.maxSeconds}.`,
        'Leave it out for one minute.',
      ),
    );
  }
  const { stopAt } = options;
  const stopAtMegabytes =
    stopAt === undefined
      ? defaults.stopAtMegabytes
      : wrong.read(() => parseStopAtMegabytes(stopAt), defaults.stopAtMegabytes);
  wrong.end();
  return {
    seconds,
    stopAtMegabytes,
    faults: besideSchedule(seconds, stopAtMegabytes, platform),
  };
}
