import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const keyBytes = 32;
/** A person has a few windows; more than this is somebody collecting sessions. */
const maxSessions = 16;

/** 256 random bits, in base64url. */
export function newKey(): string {
  return randomBytes(keyBytes).toString('base64url');
}

/** Compares in a time that tells nothing of where they differ, nor of their lengths. */
export function isSameKey(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** One token at a time, good for one exchange against a session; sessions last as long as the process. */
export class SessionKeys {
  readonly #sessions: string[] = [];
  #token = newKey();

  /** The token of the next link. */
  get token(): string {
    return this.#token;
  }

  /**
   * Uses the token up: the next link has another one.
   *
   * @returns a session, or null for a token that was used or never given out
   */
  exchange(token: string): string | null {
    if (!isSameKey(token, this.#token)) return null;
    this.#token = newKey();
    const session = newKey();
    this.#sessions.push(session);
    if (this.#sessions.length > maxSessions) this.#sessions.shift();
    return session;
  }

  /** Whether a session was given out, and is not one of those that many later ones have pushed out. */
  knows(session: string): boolean {
    // Every one is compared, whether or not an earlier one was the same.
    return this.#sessions.filter((known) => isSameKey(known, session)).length > 0;
  }
}
