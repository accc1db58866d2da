import { absent } from './number.js';

/** Of a clock or a date: `05`. */
export function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/**
 * A position on the take's clock: `00:01:23` or, with tenths, `00:01:23.4`. Cut and not rounded, as clocks do.
 *
 * @param takeMs what lies before the start reads as the start
 */
export function formatTimecode(takeMs: number, withTenths = false): string {
  if (!Number.isFinite(takeMs)) return absent;
  // Of 5,400 ms a sum of frames says 5,399.999999999999.
  const tenths = Math.floor(Math.round(Math.max(0, takeMs)) / 100);
  const seconds = Math.floor(tenths / 10);
  const clock = `${twoDigits(Math.floor(seconds / 3600))}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`;
  return withTenths ? `${clock}.${tenths % 10}` : clock;
}

/**
 * A length of time, as exact as somebody wants to read it: `20 s`, `4 min 05 s`, `1 h 12 min`, `3 days`. A rest
 * of zero is left out: `5 min`, `2 h`.
 */
export function formatDuration(durationMs: number | null): string {
  if (durationMs === null || !Number.isFinite(durationMs)) return absent;
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return withRest(`${minutes} min`, seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return withRest(`${hours} h`, minutes % 60, 'min');
  return `${Math.floor(hours / 24)} days`;
}

function withRest(text: string, rest: number, unit: string): string {
  return rest === 0 ? text : `${text} ${twoDigits(rest)} ${unit}`;
}

/** A short time that is compared with others: `12 ms`, `1250 ms`, and `12.3 s` from 10 s on. */
export function formatMilliseconds(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return absent;
  return Math.round(ms) >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`;
}

/** `2026-11-26 14:30:05`: a moment of the wall clock, in this machine's time. */
export function formatMoment(at: Date): string {
  return `${dateParts(at).join('-')} ${clockParts(at).join(':')}`;
}

/** `20261126-143005`: a moment of the wall clock in a file's name, in this machine's time. */
export function formatFileStamp(at: Date): string {
  return `${dateParts(at).join('')}-${clockParts(at).join('')}`;
}

function dateParts(at: Date): string[] {
  return [String(at.getFullYear()), twoDigits(at.getMonth() + 1), twoDigits(at.getDate())];
}

function clockParts(at: Date): string[] {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits);
}
