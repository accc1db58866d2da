import { PlateauError } from './errors.js';

/**
 * A room's name becomes part of a folder's name.
 *
 * @throws PlateauError `missingRoom`, `unsafeName`
 */
export function assertSafeRoomName(room: string): void {
  if (room.trim() === '') {
    throw new PlateauError(
      'missingRoom',
      'The room’s name is empty.',
      'Name the room that is to be recorded.',
    );
  }
  if (/[/\\\p{Cc}]/u.test(room) || room.includes('..')) {
    throw new PlateauError(
      'unsafeName',
      'The room’s name contains a path separator, `..` or a control character.',
      'The take’s folder is named after the room; record a room with a plain name.',
    );
  }
}
