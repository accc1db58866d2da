import { PlateauError } from '../contract/errors.js';
import { roleWords } from '../contract/track-roles.js';
import { formatSeconds } from '../format/content-text.js';
import type { PublicationInfo } from '../livekit/publication-info.js';

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
      ? `The ${what} was on for ${formatSeconds(onMs)}, and nothing of it came.`
      : `The ${what} was on for ${formatSeconds(onMs)}, and the first ${formatSeconds(missedMs)} of that did not come: it is in no file.`,
    'A track begins some tenths of a second late, and on a busy machine a second (docs/limits.md).',
  );
}
