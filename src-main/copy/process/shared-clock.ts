import { monotonicUs } from '../../pipeline/take-clock.js';
import type { Moment } from './copy-requests.js';

/** A message takes no longer, and no clock is off by more, where both processes have the same one. Microseconds. */
const sameClockUs = { earliest: -1e6, latest: 60e6 } as const;

/** This moment. */
export function momentNow(): Moment {
  return { monotonicUs: monotonicUs(), wallMs: Date.now() };
}

/**
 * When a take began, on the monotonic clock of this process. Linux, macOS and Windows count that clock since the boot of the
 * machine, for all processes alike, so that it is the same number. Where it is not, the wall clock stands between the two:
 * exact to some milliseconds, at this one moment.
 *
 * @param startUs when it began, on the clock of the process that tells it
 * @param sent when that process told it
 * @param now when it was read here
 */
export function startHereUs(startUs: number, sent: Moment, now: Moment): number {
  const apartUs = now.monotonicUs - sent.monotonicUs;
  if (apartUs >= sameClockUs.earliest && apartUs <= sameClockUs.latest) return startUs;
  const ageUs = sent.monotonicUs - startUs + (now.wallMs - sent.wallMs) * 1_000;
  return now.monotonicUs - ageUs;
}
