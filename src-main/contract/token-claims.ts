/**
 * What an access token of LiveKit says about itself, for the engine and the window alike. Nothing is proven by it:
 * that is the server's part.
 */
export interface TokenClaims {
  /** Null for a token that names none. It leads to no room: the room is the token’s, LiveKit’s SDK names no other beside it. */
  readonly room: string | null;
  readonly identity: string | null;
  /** Milliseconds since 1970; null for a token that does not expire. */
  readonly expiresAtMs: number | null;
  /** Milliseconds since 1970; null for a token that was always valid. */
  readonly validFromMs: number | null;
  /** Without the grant roomJoin a token opens no room. */
  readonly canJoin: boolean;
  readonly canSubscribe: boolean;
  readonly canPublish: boolean;
  /** Whether the server tells its bearer which rooms are open. */
  readonly canListRooms: boolean;
}

/**
 * Reads LiveKit's claims; one that is missing, or of another type, counts as not made.
 *
 * @param payload a decoded JWT: `sub`, `exp` and `nbf` of RFC 7519, and LiveKit's grants as `video`
 */
export function tokenClaimsOf({ sub, exp, nbf, video }: Readonly<Record<string, unknown>>): TokenClaims {
  const { room, roomJoin, roomList, canPublish, canSubscribe } = grantsOf(video);
  return {
    room: typeof room === 'string' && room !== '' ? room : null,
    identity: typeof sub === 'string' ? sub : null,
    expiresAtMs: typeof exp === 'number' ? exp * 1000 : null,
    validFromMs: typeof nbf === 'number' ? nbf * 1000 : null,
    canJoin: roomJoin === true,
    // Left out these are granted.
    canSubscribe: canSubscribe !== false,
    canPublish: canPublish !== false,
    canListRooms: roomList === true,
  };
}

interface Grants {
  readonly room?: unknown;
  readonly roomJoin?: unknown;
  readonly roomList?: unknown;
  readonly canSubscribe?: unknown;
  readonly canPublish?: unknown;
}

function grantsOf(video: unknown): Grants {
  return typeof video === 'object' && video !== null ? video : {};
}
