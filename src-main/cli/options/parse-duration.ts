import { PlateauError } from '../../contract/errors.js';

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };
/** Timers hold no more than 2^31 ms. */
const maxDurationMs = 7 * 24 * 3_600_000;

/**
 * Reads `90`, `90s`, `5m`, `1h30m` or `2.5m` into milliseconds.
 *
 * @param option as written on the command line, for the message
 * @throws PlateauError `usage`
 */
export function parseDurationMs(text: string, option: string): number {
  const trimmed = text.trim();
  const parts = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(trimmed);
  const [, hours, minutes, seconds] = parts ?? [];
  const values = { h: hours, m: minutes, s: seconds };
  const durationMs = Object.entries(values).reduce(
    (sum, [unit, value]) => sum + Number(value ?? 0) * (unitMs[unit] ?? 0),
    0,
  );
  if (parts === null || trimmed === '' || durationMs <= 0 || durationMs > maxDurationMs) {
    throw new PlateauError(
      'usage',
      `${option} is not a duration between 0 and 7 days.`,
      'Write seconds or units: 90, 90s, 5m or 1h30m.',
    );
  }
  return Math.round(durationMs);
}

/** `00:01:23` or, with tenths, `00:01:23.4`: cut, not rounded, as clocks do. */
export function timecode(durationMs: number, withTenths = false): string {
  const tenths = Math.floor(Math.max(0, durationMs) / 100);
  const seconds = Math.floor(tenths / 10);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return withTenths ? `${clock}.${tenths % 10}` : clock;
}

/** For people, coarsely: `45 s`, `12 min`, `5 h`, `9 days`. */
export function roughDuration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
