import { z } from 'zod';
import type { Source } from '../../contract/recording.js';
import { mintListToken, readTokenClaims } from './access-token.js';
import { ownProxyFor } from './proxy.js';
import { parseServerUrl } from './server-url.js';

/** A server that answers no sooner is asked again later, or joined without having been asked. */
const patienceMs = 3_000;

const answerSchema = z.object({ rooms: z.array(z.object({ name: z.string() })).default([]) });

/**
 * Asks a server whether a room is open, without joining it: whoever joins a room that is not open makes it, on most
 * servers. The request is `RoomService.ListRooms` of LiveKit's server API.
 */
export class RoomLookup {
  readonly #address: string;
  readonly #room: string;
  /** Null when these credentials cannot ask. */
  readonly #token: (() => Promise<string>) | null;
  #isRefused: boolean;

  /**
   * @param source with a room's name, or a token that names one
   * @throws PlateauError `malformedUrl`, `unauthorized`
   */
  constructor(source: Source) {
    const { credentials } = source;
    const url = parseServerUrl(source.url);
    this.#address = `${url.replace(/^ws/, 'http')}/twirp/livekit.RoomService/ListRooms`;
    // Node's fetch knows no proxies: behind one it would only wait.
    this.#isRefused = ownProxyFor(url) !== null;
    if ('token' in credentials) {
      const claims = readTokenClaims(credentials.token);
      this.#room = claims.room ?? source.room ?? '';
      this.#token = claims.canListRooms ? () => Promise.resolve(credentials.token) : null;
    } else {
      this.#room = source.room ?? '';
      this.#token = () => mintListToken(credentials);
    }
  }

  /** Whether these credentials can ask at all, as far as it is known. */
  get canLook(): boolean {
    return this.#token !== null && !this.#isRefused;
  }

  /** Never rejects. @returns null when the server does not say */
  async isOpen(): Promise<boolean | null> {
    if (this.#token === null || this.#isRefused) return null;
    try {
      const response = await fetch(this.#address, {
        method: 'POST',
        headers: { authorization: `Bearer ${await this.#token()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ names: [this.#room] }),
        signal: AbortSignal.timeout(patienceMs),
      });
      this.#isRefused = response.status === 401 || response.status === 403;
      if (!response.ok) return null;
      const { rooms } = answerSchema.parse(await response.json());
      return rooms.some(({ name }) => name === this.#room);
    } catch {
      // Not reached, or not understood: joining says more about it.
      return null;
    }
  }
}
