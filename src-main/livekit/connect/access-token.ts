import { decodeJwt } from 'jose/jwt/decode';
import { PlateauError } from '../../contract/errors.js';
import { type TokenClaims, tokenClaimsOf } from '../../contract/token-claims.js';

/** Long enough for any take; the server only checks it when a connection is made. */
const tokenTtlSeconds = 6 * 60 * 60;
/** It is used at once, for one question; what leaks of it is soon worth nothing. */
const listTokenTtlSeconds = 60;

/** What a token lets its holder do in a room, in the server's own words. */
export interface VideoGrant {
  readonly roomJoin?: boolean;
  readonly roomList?: boolean;
  readonly room?: string;
  readonly canPublish?: boolean;
  readonly canPublishSources?: readonly ('camera' | 'microphone' | 'screen_share' | 'screen_share_audio')[];
  readonly canPublishData?: boolean;
  readonly canSubscribe?: boolean;
  readonly hidden?: boolean;
  readonly recorder?: boolean;
}

/** Whom a token is for, and for how long. */
export interface TokenRequest {
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Of who joins; a token that joins no room has none. */
  readonly identity?: string;
  readonly name?: string;
  readonly ttlSeconds: number;
  readonly video: VideoGrant;
}

/**
 * Mints an access token as LiveKit's server SDK does: a JWT by HS256, valid from now on. The SDK itself would bring protocol
 * buffers and all of its web services into the process, which cost each start of it a tenth of a second.
 */
export async function mintToken(request: TokenRequest): Promise<string> {
  const { apiKey, apiSecret, identity, name, ttlSeconds, video } = request;
  // Loaded on demand: with a given token nothing is signed.
  const { SignJWT } = await import('jose/jwt/sign');
  const nowSeconds = Math.floor(Date.now() / 1000);
  const token = new SignJWT({ ...(name === undefined ? {} : { name }), video })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(apiKey)
    .setNotBefore(nowSeconds)
    .setExpirationTime(nowSeconds + ttlSeconds);
  if (identity !== undefined) token.setSubject(identity);
  return token.sign(new TextEncoder().encode(apiSecret));
}

/**
 * Mints the recorder's token: it joins hidden, publishes nothing and hears everything. That it could publish a screen's
 * sound is what the server asks of whoever may negotiate while an answer is on its way (docs/decisions/0017).
 */
export function mintRecorderToken(grant: {
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly room: string;
  readonly identity: string;
}): Promise<string> {
  const { room, ...whose } = grant;
  return mintToken({
    ...whose,
    name: 'Plateau recorder',
    ttlSeconds: tokenTtlSeconds,
    video: {
      ...{ roomJoin: true, room, hidden: true, recorder: true },
      ...{ canPublish: true, canPublishSources: ['screen_share_audio'], canPublishData: false },
      canSubscribe: true,
    },
  });
}

/** Mints a token that may ask which rooms are open, and nothing else. It is good for a minute. */
export function mintListToken(keys: {
  readonly apiKey: string;
  readonly apiSecret: string;
}): Promise<string> {
  return mintToken({ ...keys, ttlSeconds: listTokenTtlSeconds, video: { roomList: true } });
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
