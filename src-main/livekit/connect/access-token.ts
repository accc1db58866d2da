import { decodeJwt } from 'jose/jwt/decode';
import { PlateauError } from '../../contract/errors.js';
import { type TokenClaims, tokenClaimsOf } from '../../contract/token-claims.js';

/** Long enough for any take; the server only checks it when a connection is made. */
const tokenTtlSeconds = 6 * 60 * 60;
/** It is used at once, for one question; what leaks of it is soon worth nothing. */
const listTokenTtlSeconds = 60;

/**
 * Mints the recorder's token: it joins hidden, publishes nothing and hears everything. That it could publish a screen's
 * sound is what the server asks of whoever may negotiate while an answer is on its way (docs/decisions/0017).
 */
export async function mintRecorderToken(grant: {
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly room: string;
  readonly identity: string;
}): Promise<string> {
  // Loaded on demand: with a given token its protobuf classes never enter this process.
  const { AccessToken, TrackSource } = await import('livekit-server-sdk');
  const token = new AccessToken(grant.apiKey, grant.apiSecret, {
    identity: grant.identity,
    name: 'Plateau recorder',
    ttl: tokenTtlSeconds,
  });
  token.addGrant({
    roomJoin: true,
    room: grant.room,
    canPublish: true,
    canPublishSources: [TrackSource.SCREEN_SHARE_AUDIO],
    canPublishData: false,
    canSubscribe: true,
    hidden: true,
    recorder: true,
  });
  return token.toJwt();
}

/** Mints a token that may ask which rooms are open, and nothing else. It is good for a minute. */
export async function mintListToken(keys: {
  readonly apiKey: string;
  readonly apiSecret: string;
}): Promise<string> {
  const { AccessToken } = await import('livekit-server-sdk');
  const token = new AccessToken(keys.apiKey, keys.apiSecret, { ttl: listTokenTtlSeconds });
  token.addGrant({ roomList: true });
  return token.toJwt();
}

/**
 * Reads the claims of a LiveKit token (JWT, RFC 7519). It is only read, not verified: that is the server's part.
 *
 * @throws PlateauError `unauthorized` when it is no token at all
 */
export function readTokenClaims(token: string): TokenClaims {
  try {
    return tokenClaimsOf(decodeJwt(token));
  } catch (thrown) {
    throw new PlateauError(
      'unauthorized',
      'The token is not a LiveKit access token.',
      'Paste the whole token: three parts separated by dots. Or give --api-key and --api-secret instead.',
      { cause: thrown },
    );
  }
}
