import { DisconnectReason } from '@livekit/rtc-node';
import { PlateauError } from '../../contract/errors.js';

/** Waits between attempts to connect anew, after the SDK's own ten attempts; the last one is repeated. */
const delaysMs = [500, 1_000, 2_000, 4_000, 8_000] as const;

/**
 * How long to wait before the next attempt.
 *
 * @param attempt its number, which counts from 0
 * @returns milliseconds
 */
export function reconnectDelayMs(attempt: number): number {
  return delaysMs[attempt] ?? 8_000;
}

/**
 * Whether one more attempt may succeed where this one failed. A server that refuses (credentials, an unknown room)
 * would refuse again.
 */
export function isWorthRetrying(error: PlateauError): boolean {
  return error.code === 'serverUnreachable';
}

/** The meeting is over: everybody has left and the server closed the room, or somebody closed it for everybody. */
export function isRoomEnd(reason: DisconnectReason): boolean {
  return reason === DisconnectReason.ROOM_CLOSED || reason === DisconnectReason.ROOM_DELETED;
}

/** The server said that this connection is not wanted: trying again would only be refused, or fight. */
const finalReasons = new Map<DisconnectReason, () => PlateauError>([
  [
    DisconnectReason.DUPLICATE_IDENTITY,
    () =>
      new PlateauError(
        'duplicateIdentity',
        'Somebody else joined the room with the recorder’s identity, and the server ended this connection.',
        'Give each recorder its own token or identity; two with the same one push each other out.',
      ),
  ],
  [
    DisconnectReason.PARTICIPANT_REMOVED,
    () =>
      new PlateauError(
        'connectionLost',
        'The recorder was removed from the room.',
        'Ask whoever runs the room to let it in again.',
      ),
  ],
]);

/**
 * Why the server ended a connection for good, made anew for each one so that its stack is of that moment.
 *
 * @returns null when the connection may come back: try again
 */
export function finalError(reason: DisconnectReason): PlateauError | null {
  return finalReasons.get(reason)?.() ?? null;
}
