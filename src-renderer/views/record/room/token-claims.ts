import { decodeJwt } from 'jose/jwt/decode';
import { type TokenClaims, tokenClaimsOf } from '../../../../src-main/contract/token-claims.js';

/** @returns null when it is not a token at all */
export function readTokenClaims(token: string): TokenClaims | null {
  try {
    return tokenClaimsOf(decodeJwt(token.trim()));
  } catch {
    return null;
  }
}
