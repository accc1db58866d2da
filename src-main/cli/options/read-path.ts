import { PlateauError } from '../../contract/errors.js';
import { homePath } from '../../storage/home-path.js';

/**
 * Reads the path of a file or folder as it was typed or pasted: `~` is the user's home, and a line end at its end, which
 * `$(cat file)` keeps on some systems, is none of its name.
 *
 * @throws PlateauError `usage` when nothing is left
 */
export function readPath(text: string): string {
  const path = text.replace(/[\r\n]+$/, '');
  if (path.trim() !== '') return homePath(path);
  throw new PlateauError('usage', 'A path is empty.', 'Name the file or folder, or leave the option out.');
}
