import { PlateauError } from '../../contract/errors.js';
import type { Source } from '../../contract/recording.js';
import type { TokenClaims } from '../../contract/token-claims.js';
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
 * @throws PlateauError `missingRoom`, `unauthorized`, `notAllowed` when it may not subscribe or join, or `usage` when token
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
    if (!claims.canJoin) {
      throw new PlateauError(
        'notAllowed',
        'The token does not allow the recorder to join a room (roomJoin is missing).',
        'Make a token with roomJoin and room, or give --api-key and --api-secret so that Plateau makes its own.',
      );
    }
    assertTokenLeadsTo(claims, room);
    return () => Promise.resolve(credentials.token);
  }
  if (room === null) {
    throw new PlateauError('missingRoom', 'No room is named.', 'Name it with --room.');
  }
  const identity = `plateau-${crypto.randomUUID().slice(0, 8)}`;
  return () => mintRecorderToken({ ...credentials, room, identity });
}

/**
 * A token leads to the room that it names, and to no other one.
 *
 * @param room what was asked for beside it; null for nothing
 * @throws PlateauError `missingRoom` of a token that names none, `usage` when it names another
 */
export function assertTokenLeadsTo({ room: own }: Pick<TokenClaims, 'room'>, room: string | null): void {
  if (own === null) {
    throw new PlateauError(
      'missingRoom',
      room === null
        ? 'The token names no room.'
        : `The token names no room, and the room beside it (${room}) cannot take its place.`,
      'Make a token with the grants roomJoin and room, or give --api-key and --api-secret so that Plateau makes its own.',
    );
  }
  if (room === null || own.trim() === room.trim()) return;
  throw new PlateauError(
    'usage',
    `The token is for the room ${own}, not for ${room}.`,
    `Leave the room (--room) out to record ${own}, or give a token for ${room}.`,
  );
}

/** Whether a source can be two participants, as copy mode is. */
export function isForTwo({ credentials }: Pick<Source, 'credentials'>): boolean {
  return !('token' in credentials) || credentials.copyToken !== undefined;
}

/**
 * Refuses a source that can only be one participant: with the same identity a server has the second one push the first one out.
 *
 * @throws PlateauError `missingCredentials`; `usage` when both tokens are of one identity
 */
export function assertTwoIdentities({ credentials }: Pick<Source, 'credentials'>): void {
  if (!('token' in credentials)) return;
  if (credentials.copyToken === undefined)
    throw new PlateauError(
      'missingCredentials',
      'Copy mode joins the room as two participants, and a token is only one.',
      'Give --copy-token, a token of another identity for the same room; or --api-key and --api-secret; or record with --mode encode.',
    );
  const { identity } = readTokenClaims(credentials.token);
  if (identity !== readTokenClaims(credentials.copyToken).identity) return;
  throw new PlateauError(
    'usage',
    `--token and --copy-token are both of ${identity ?? 'nobody'}: one would push the other out of the room.`,
    'Make the second one with another identity.',
  );
}

/**
 * What makes a token for the other participant that copy mode is.
 *
 * @throws PlateauError as {@link assertTwoIdentities} and {@link tokenProvider} do
 */
export function secondTokenProvider(source: Source): () => Promise<string> {
  assertTwoIdentities(source);
  const { credentials } = source;
  if (!('token' in credentials) || credentials.copyToken === undefined) return tokenProvider(source);
  // Where the first one leads to, also when nobody has named it.
  const second = { ...source, room: roomNameOf(source), credentials: { token: credentials.copyToken } };
  try {
    return tokenProvider(second);
  } catch (thrown) {
    if (!(thrown instanceof PlateauError)) throw thrown;
    const { code, hint, message } = thrown;
    throw new PlateauError(code, message.replace(/^The token /, 'The copy token (--copy-token) '), hint);
  }
}
