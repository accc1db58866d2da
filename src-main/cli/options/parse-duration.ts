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
