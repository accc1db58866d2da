import type { PlateauError } from '../contract/errors.js';
import type { FilePresence } from '../storage/recorded-file.js';
import { newFileError } from '../storage/take-folder.js';
import type { EventReporter } from '../telemetry/event-reporter.js';

/**
 * Tells that a growing file was deleted or moved, and what becomes of it.
 *
 * @param identity whose it is
 * @param onNotRestored it cannot be written there again
 */
export function presenceEvents(
  report: EventReporter,
  identity: string,
  onNotRestored: (file: string, error: PlateauError) => void,
): (file: string, presence: FilePresence, cause: unknown) => void {
  return (file, presence, cause) => {
    if (presence === 'gone')
      report.error(
        'fileGone',
        `${file} was deleted or moved while it is recorded. What was written is still open, and is written there again.`,
        identity,
      );
    else if (presence === 'restored')
      report.warning('fileRestored', `${file} is there again, with everything that was written.`, identity);
    else {
      const error = newFileError(file, cause);
      report.error(
        'fileNotRestored',
        `${file} cannot be written again: ${error.message} It is tried once more at the stop.`,
        identity,
      );
      onNotRestored(file, error);
    }
  };
}
