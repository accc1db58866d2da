import { resolve } from 'node:path';
import { PlateauError } from '../contract/errors.js';

/**
 * How a file is named to ffmpeg: absolute, and behind `file:`. A bare path is parsed as a URL, an option or a
 * pattern: `take 14:30/ada.mp4` has a protocol, `Show #12` a fragment, and `-x.mp4` is an option. Behind `file:`
 * every byte is the path's own (libavformat/file.c takes off the prefix and nothing else).
 *
 * @param path absolute, or relative to the working directory of this process
 */
export function mediaUrl(path: string): string {
  return `file:${resolve(path)}`;
}

/**
 * The same for a file inside of the folder that ffmpeg runs in: its URL holds nothing of that folder's path, which a
 * list could not spell when it has a line end.
 *
 * @throws PlateauError `internal` for what is not the name of a file inside of the folder
 */
export function mediaUrlInFolder(fileName: string): string {
  if (fileName === '..' || /[/\\\p{Cc}]/u.test(fileName)) {
    throw new PlateauError(
      'internal',
      'A file that is to be finalized has a name that cannot be written into a list.',
      'The parts of the recording were kept in the take folder.',
    );
  }
  return `file:${fileName}`;
}
