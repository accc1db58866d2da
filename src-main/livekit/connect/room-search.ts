import type { PlateauError } from '../../contract/errors.js';
import { isWorthRetrying, reconnectDelayMs } from './reconnect-policy.js';

/** How often a room that is not open is looked for: what is said in its first moments is lost. */
const lookEveryMs = 500;
/**
 * A server that was started anew knows no rooms until somebody opens them again: a room that is missing so soon after a
 * connection broke is not over.
 */
const missingGraceMs = 20_000;

/** What a session looks for while it is in no room. */
export type Search =
  | {
      /** The room that it was in a moment ago. */
      readonly kind: 'connection';
      readonly attempt: number;
      /** On a clock that never goes back. */
      readonly lostAtMs: number;
    }
  | {
      /** A room that is not open. */
      readonly kind: 'room';
      /** Attempts in a row that did not reach the server. */
      readonly attempt: number;
    };

/** What to do after an attempt that failed. */
export type NextStep =
  | { readonly kind: 'retry'; readonly search: Search }
  /** The room is not there any more. */
  | { readonly kind: 'roomEnded' }
  | { readonly kind: 'lost'; readonly error: PlateauError };

/** How long to wait before the next attempt, in milliseconds. */
export function searchDelayMs({ kind, attempt }: Search): number {
  return kind === 'room' && attempt === 0 ? lookEveryMs : reconnectDelayMs(attempt);
}

/** Whether the server answered that there is no such room. */
export function isRoomMissing({ code }: PlateauError): boolean {
  return code === 'roomNotFound';
}

/** Decides what follows an attempt that failed. @param nowMs on the clock of `lostAtMs` */
export function stepAfter(search: Search, error: PlateauError, nowMs: number): NextStep {
  const isMissing = isRoomMissing(error);
  if (!isMissing && !isWorthRetrying(error)) return { kind: 'lost', error };
  if (search.kind === 'room') {
    return { kind: 'retry', search: { kind: 'room', attempt: isMissing ? 0 : search.attempt + 1 } };
  }
  if (isMissing && nowMs - search.lostAtMs >= missingGraceMs) return { kind: 'roomEnded' };
  return { kind: 'retry', search: { ...search, attempt: search.attempt + 1 } };
}
