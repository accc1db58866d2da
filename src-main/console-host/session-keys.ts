import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits: nobody guesses one. */
const keyBytes = 32;
/** A person has a few windows. The one that was closed longest ago is forgotten for a further one. */
const maxSessions = 32;
/** Windows of one session: a duplicated tab takes its session along. */
const maxConnections = 8;

/** 256 random bits, in base64url. */
export function newKey(): string {
  return randomBytes(keyBytes).toString('base64url');
}

/** Compares in a time that tells nothing of where they differ, nor of their lengths. */
export function isSameKey(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** What a key opens: a session, `unknown` for one that was used or never given out, or nothing at the moment. */
export type Entry = { readonly session: string } | 'unknown' | 'crowded';

/**
 * One token at a time, good for one exchange against a session. Sessions last as long as the process; only one that no
 * window is connected with is ever forgotten, and only when there are too many.
 */
export class SessionKeys {
  /** Open connections of each session, the one that was used longest ago first. */
  readonly #sessions = new Map<string, number>();
  #token = newKey();

  /** The token of the next link. */
  get token(): string {
    return this.#token;
  }

  /**
   * Opens a first connection with a link's token, and uses it up: the next link has another one. When every session is
   * in use it is `crowded`, and the token stays good.
   */
  exchange(token: string): Entry {
    if (!isSameKey(token, this.#token)) return 'unknown';
    if (this.#sessions.size >= maxSessions) {
      const [closed] = [...this.#sessions].find(([, connections]) => connections === 0) ?? [];
      if (closed === undefined) return 'crowded';
      this.#sessions.delete(closed);
    }
    this.#token = newKey();
    const session = newKey();
    this.#sessions.set(session, 1);
    return { session };
  }

  /** Opens a further connection of a session that was given out. */
  enter(session: string): Entry {
    // Every one is compared, whether or not an earlier one was the same.
    const [known] = [...this.#sessions.keys()].filter((each) => isSameKey(each, session));
    if (known === undefined) return 'unknown';
    const connections = this.#sessions.get(known) ?? 0;
    if (connections >= maxConnections) return 'crowded';
    this.#used(known, connections + 1);
    return { session: known };
  }

  /** A connection of the session has closed. */
  leave(session: string): void {
    const connections = this.#sessions.get(session);
    if (connections !== undefined) this.#used(session, connections - 1);
  }

  #used(session: string, connections: number): void {
    this.#sessions.delete(session);
    this.#sessions.set(session, connections);
  }
}
