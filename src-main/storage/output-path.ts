import { isAbsolute } from 'node:path';
import { PlateauError } from '../contract/errors.js';

/**
 * Refuses what names no folder for takes. A relative path would be another folder, depending on where the program was
 * started.
 *
 * @throws PlateauError `usage`
 */
export function assertOutputPath(path: string): void {
  if (path.includes('\0')) {
    throw new PlateauError(
      'usage',
      'The path of the output folder holds a character that no path may hold (NUL).',
      'Enter the path again.',
    );
  }
  if (!isAbsolute(path)) {
    throw new PlateauError(
      'usage',
      'The path of the output folder is not complete.',
      process.platform === 'win32' ? 'Begin it with a drive: C:\\takes.' : 'Begin it with / or with ~.',
    );
  }
}
