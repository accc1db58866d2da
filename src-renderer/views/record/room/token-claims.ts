/** What an access token says about itself. Nothing is proven by it: that is the server's part. */
export interface TokenClaims {
  readonly room: string | null;
  readonly identity: string | null;
  readonly expiresAtMs: number | null;
  readonly canSubscribe: boolean;
}

/** @returns null when it is not a token at all */
export function readTokenClaims(token: string): TokenClaims | null {
  const payload = token.trim().split('.')[1];
  if (payload === undefined || token.trim().split('.').length !== 3) return null;
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (character) =>
      character.charCodeAt(0),
    );
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!isRecord(claims)) return null;
    const { video, sub, exp } = claims;
    const grants = isRecord(video) ? video : {};
    return {
      room: typeof grants['room'] === 'string' && grants['room'] !== '' ? grants['room'] : null,
      identity: typeof sub === 'string' ? sub : null,
      expiresAtMs: typeof exp === 'number' ? exp * 1000 : null,
      canSubscribe: grants['canSubscribe'] !== false,
    };
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
