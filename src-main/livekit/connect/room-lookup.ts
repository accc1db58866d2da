import type { PlateauError } from '../../contract/errors.js';
import type { Source } from '../../contract/recording.js';
import { readTokenClaims } from './access-token.js';
import { gatewayStatuses } from './connect-error.js';
import { ownProxyAddressFor } from './proxy.js';
import { askForRooms, isRefusal, listTokenOf, notReached } from './room-list.js';
import { parseServerUrl } from './server-url.js';

/** What is known of a room without joining it. */
export type RoomAnswer =
  | { readonly kind: 'open' }
  | { readonly kind: 'closed' }
  /** The server does not say; `why` is a sentence. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** No server answers, or none that could. */
  | { readonly kind: 'unreachable'; readonly error: PlateauError };

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
    this.#url = parseServerUrl(source.url);
    ownProxyAddressFor(this.#url);
    this.#token = listTokenOf(credentials);
    const named = 'token' in credentials ? readTokenClaims(credentials.token).room : null;
    this.#room = named ?? source.room ?? '';
  }

  /** Whether these credentials can ask at all, as far as it is known. */
  get canLook(): boolean {
    return this.#token !== null && !this.#isRefused;
  }

  /** Never rejects; takes a few seconds at most. @param signal ends it before */
  async ask(signal?: AbortSignal): Promise<RoomAnswer> {
    if (this.#token === null) return { kind: 'unknown', why: 'This token lacks the grant roomList.' };
    if (this.#isRefused) return refused;
    let token = '';
    try {
      token = await this.#token();
      const { status, rooms } = await askForRooms({ url: this.#url, token, names: [this.#room], signal });
      this.#isRefused = isRefusal(status);
      if (this.#isRefused) return refused;
      if (gatewayStatuses.has(status)) {
        return { kind: 'unreachable', error: await notReached(new Error(String(status)), this.#url, token) };
      }
      if (status !== 200) return { kind: 'unknown', why: `The server answered ${status}.` };
      return { kind: rooms.some(({ name }) => name === this.#room) ? 'open' : 'closed' };
    } catch (thrown) {
      if (isNoAnswer(thrown)) return { kind: 'unknown', why: 'Its answer cannot be read.' };
      return { kind: 'unreachable', error: await notReached(thrown, this.#url, token) };
    }
  }
}

const refused: RoomAnswer = { kind: 'unknown', why: 'The server does not let these credentials ask.' };

/** Something answered that is no list of rooms. */
function isNoAnswer(thrown: unknown): boolean {
  return thrown instanceof SyntaxError || (thrown instanceof Error && thrown.name === 'ZodError');
}
