import { PlateauError } from '../contract/errors.js';
import { roleWords } from '../contract/track-roles.js';
import type { PublicationInfo } from './publication-info.js';

/** @param ms milliseconds */
function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/**
 * More of a track is missing than came of it.
 *
 * @param onMs so long it was on @param missedMs so much of that was over when the first of it came; all of it where nothing did
 */
export function barelyReceived(
  { identity, role }: Pick<PublicationInfo, 'identity' | 'role'>,
  onMs: number,
  missedMs: number,
): PlateauError {
  const what = `${roleWords[role]} of ${identity}`;
  return new PlateauError(
    'trackWithheld',
    missedMs >= onMs
      ? `The ${what} was on for ${seconds(onMs)}, and nothing of it came.`
      : `The ${what} was on for ${seconds(onMs)}, and the first ${seconds(missedMs)} of that did not come: it is in no file.`,
    'A track begins some tenths of a second late, and on a busy machine a second (docs/limits.md).',
  );
}
