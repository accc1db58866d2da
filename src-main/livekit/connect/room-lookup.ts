import type { Source } from '../../contract/recording.js';
import { readTokenClaims } from './access-token.js';
import { ownProxyAddressFor } from './proxy.js';
import { askForRooms, isRefusal, listTokenOf } from './room-list.js';
import { parseServerUrl } from './server-url.js';

/**
 * Asks a server whether a room is open, without joining it: whoever joins a room that is not open makes it, on most
 * servers.
 */
export class RoomLookup {
  readonly #url: string;
  readonly #room: string;
  /** Null when these credentials cannot ask. */
  readonly #token: (() => Promise<string>) | null;
  #isRefused = false;

  /**
   * @param source with a room's name, or a token that names one
   * @throws PlateauError `malformedUrl`, also of a proxy that cannot be used; `unauthorized`
   */
  constructor(source: Source) {
    const { credentials } = source;
    const url = parseServerUrl(source.url);
    this.#url = url;
    ownProxyAddressFor(url);
    this.#token = listTokenOf(credentials);
    const named = 'token' in credentials ? readTokenClaims(credentials.token).room : null;
    this.#room = named ?? source.room ?? '';
  }

  /** Whether these credentials can ask at all, as far as it is known. */
  get canLook(): boolean {
    return this.#token !== null && !this.#isRefused;
  }

  /** Never rejects. @returns null when the server does not say */
  async isOpen(): Promise<boolean | null> {
    if (this.#token === null || this.#isRefused) return null;
    try {
      const token = await this.#token();
      const { status, rooms } = await askForRooms({ url: this.#url, token, names: [this.#room] });
      this.#isRefused = isRefusal(status);
      return status === 200 ? rooms.some(({ name }) => name === this.#room) : null;
    } catch {
      // Not reached, or not understood: joining says more about it.
      return null;
    }
  }
}
