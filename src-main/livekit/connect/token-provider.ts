import { PlateauError } from '../../contract/errors.js';
import type { Source } from '../../contract/recording.js';
import { mintRecorderToken, readTokenClaims } from './access-token.js';

/** The name of the room that a source leads to; empty when it names none, which {@link tokenProvider} refuses. */
export function roomNameOf({ credentials, room }: Source): string {
  return room ?? ('token' in credentials ? readTokenClaims(credentials.token).room : null) ?? '';
}

/**
 * Checks the credentials once, and gives back what makes a token for each connection.
 *
 * Its times are left to the server, whose clock decides.
 *
 * @throws PlateauError `missingRoom`, `unauthorized`, `notAllowed` when it may not subscribe, or `usage` when token
 *   and room differ
 */
export function tokenProvider(source: Source): () => Promise<string> {
  const { credentials, room } = source;
  if ('token' in credentials) {
    const claims = readTokenClaims(credentials.token);
    if (!claims.canSubscribe) {
      throw new PlateauError(
        'notAllowed',
        'The token does not allow the recorder to subscribe, so it would receive nothing (canSubscribe is false).',
        'Make a token with canSubscribe, or give --api-key and --api-secret so that Plateau makes its own.',
      );
    }
    if (claims.room === null) {
      throw new PlateauError(
        'missingRoom',
        'The token names no room.',
        'Make a token with a room grant (roomJoin and room).',
      );
    }
    if (room !== null && claims.room.trim() !== room.trim()) {
      throw new PlateauError(
        'usage',
        `The token is for the room ${claims.room}, not for ${room}.`,
        'Leave --room out, or make a token for that room.',
      );
    }
    return () => Promise.resolve(credentials.token);
  }
  if (room === null) {
    throw new PlateauError('missingRoom', 'No room is named.', 'Name it with --room.');
  }
  const identity = `plateau-${crypto.randomUUID().slice(0, 8)}`;
  return () => mintRecorderToken({ ...credentials, room, identity });
}

/** Refuses a source that can only be one participant. @throws PlateauError `missingCredentials` */
export function assertTwoIdentities({ credentials }: Pick<Source, 'credentials'>): void {
  if (!('token' in credentials)) return;
  throw new PlateauError(
    'missingCredentials',
    'Copy mode joins the room as two hidden participants, and a token is only one.',
    'Give --api-key and --api-secret, or record with --mode encode.',
  );
}
