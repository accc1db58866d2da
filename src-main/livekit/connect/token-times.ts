import { PlateauError } from '../../contract/errors.js';
import type { TokenClaims } from '../../contract/token-claims.js';

/** LiveKit's server forgives as much (`tokenLeeway` in its protocol's auth/verifier.go). */
const leewayMs = 60_000;

/** When a token was refused, by whose clock. */
export interface Refusal {
  readonly claims: Pick<TokenClaims, 'validFromMs' | 'expiresAtMs'>;
  /** What the server said; parts of its text are compared, none is passed on. */
  readonly text: string;
  readonly host: string;
  /** Null when the server does not tell its time. */
  readonly serverMs: number | null;
  readonly ownMs: number;
}

/**
 * Whether a token was refused because of its times, and by which clock: the server's decides, and this machine's made the
 * token when a key and secret were given.
 *
 * @returns null when its times are not the reason
 */
export function timeRefusal({ claims, text, host, serverMs, ownMs }: Refusal): PlateauError | null {
  const { validFromMs, expiresAtMs } = claims;
  const judgeMs = serverMs ?? ownMs;
  const clocks =
    serverMs === null
      ? `This machine’s clock says ${timeText(ownMs)}.`
      : `The clock of ${host} says ${timeText(serverMs)}, this machine’s says ${timeText(ownMs)}.`;
  const isEarly = /not valid yet|\(nbf\)|before issued|\(iat\)/i.test(text);
  if (validFromMs !== null && (isEarly || validFromMs > judgeMs + leewayMs)) {
    return new PlateauError(
      'tokenNotYetValid',
      `The token is only valid from ${timeText(validFromMs)} on. ${clocks}`,
      hint(serverMs, ownMs, 'Wait until then, or make a token that is valid now.'),
    );
  }
  const isLate = /expired|\(exp\)/i.test(text);
  if (expiresAtMs !== null && (isLate || expiresAtMs < judgeMs - leewayMs)) {
    return new PlateauError(
      'tokenExpired',
      `The token expired on ${timeText(expiresAtMs)}. ${clocks}`,
      hint(
        serverMs,
        ownMs,
        'Make a new token, or give --api-key and --api-secret so that Plateau makes its own.',
      ),
    );
  }
  return null;
}

function hint(serverMs: number | null, ownMs: number, otherwise: string): string {
  if (serverMs === null || Math.abs(serverMs - ownMs) <= leewayMs) return otherwise;
  const minutes = Math.round(Math.abs(serverMs - ownMs) / 60_000);
  const apart = `The clocks are ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} apart: set the one that is wrong.`;
  return `${apart} ${otherwise}`;
}

function timeText(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}
