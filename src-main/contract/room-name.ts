import { PlateauError } from './errors.js';

/**
 * Any name that LiveKit knows will do: what a folder cannot be called is replaced where the take's folder is named.
 *
 * @throws PlateauError `missingRoom`
 */
export function assertRoomNamed(room: string): void {
  if (room.trim() !== '') return;
  throw new PlateauError('missingRoom', 'The room’s name is empty.', 'Name the room that is to be recorded.');
}
