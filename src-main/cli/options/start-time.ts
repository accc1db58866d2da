import { PlateauError } from '../../contract/errors.js';

/** Further ahead a mistake is likelier than a plan. */
const maxAheadMs = 7 * 24 * 3_600_000;

/**
 * Reads `--start-at`: a time of day of this machine's own zone, today or else tomorrow (`14:30`, `14:30:15`), or a moment
 * in ISO 8601 (`2026-11-26T14:30`, which is local, or with a zone).
 *
 * @param now what "today" is reckoned from
 * @returns milliseconds of the wall clock
 * @throws PlateauError `usage`
 */
export function parseStartAt(text: string, now: Date): number {
  const trimmed = text.trim();
  const ofDay = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(trimmed);
  const atMs = ofDay === null ? momentOf(trimmed) : nextTimeOfDay(ofDay.slice(1), now);
  if (!Number.isFinite(atMs)) {
    throw new PlateauError(
      'usage',
      '--start-at is no time of day and no moment.',
      'Write a local time, 14:30 or 14:30:15, or a moment: 2026-11-26T14:30 or 2026-11-26T13:30Z.',
    );
  }
  if (atMs <= now.getTime()) {
    throw new PlateauError('usage', '--start-at is over.', 'Leave it out to start now.');
  }
  if (atMs - now.getTime() > maxAheadMs) {
    throw new PlateauError('usage', '--start-at is more than 7 days ahead.', 'Start the command later.');
  }
  return atMs;
}

function momentOf(text: string): number {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) ? Date.parse(text) : NaN;
}

function nextTimeOfDay([hours, minutes, seconds]: readonly (string | undefined)[], now: Date): number {
  const time = [Number(hours), Number(minutes), Number(seconds ?? 0)] as const;
  if (time[0] > 23 || time[1] > 59 || time[2] > 59) return NaN;
  const at = new Date(now);
  at.setHours(...time, 0);
  // By the calendar, not by 24 hours: clocks are put forward and back.
  if (at.getTime() <= now.getTime()) {
    at.setDate(at.getDate() + 1);
    at.setHours(...time, 0);
  }
  return at.getTime();
}
