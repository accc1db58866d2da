import { z } from 'zod';
import { PlateauError } from '../../contract/errors.js';
import type { Source } from '../../contract/recording.js';
import type { OpenRoom } from '../../contract/source-form.js';
import { mintListToken, readTokenClaims } from './access-token.js';
import { connectError } from './connect-error.js';
import { askServer, wordsOf } from './server-request.js';
import { parseServerUrl } from './server-url.js';

/** A server that answers no sooner is asked again later, or joined without having been asked. */
const patienceMs = 3_000;
/** A window lists no more of them. */
const mostRooms = 500;

/**
 * `ListRoomsResponse` of LiveKit's server API. Both spellings are the JSON of protobuf (livekit-server 1.13.5 writes the
 * former), and 64-bit numbers are text. The server counts people anew every few seconds.
 */
const answerSchema = z.object({
  rooms: z
    .array(
      z.object({
        name: z.string(),
        num_participants: z.number().optional(),
        numParticipants: z.number().optional(),
        creation_time: z.coerce.number().optional(),
        creationTime: z.coerce.number().optional(),
      }),
    )
    .default([]),
});

/** A question to a server, with a token that may ask it. */
export interface RoomQuestion {
  /** `ws:` or `wss:` */
  readonly url: string;
  readonly token: string;
  /** Of these only; all when left out. */
  readonly names?: readonly string[];
  /** Ends it before. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * `RoomService.ListRooms` of LiveKit's server API.
 *
 * @returns the status where the server refuses, and the rooms where it does not
 * @throws what {@link askServer} throws, and for an answer that is none
 */
export async function askForRooms({
  url,
  token,
  names,
  signal,
}: RoomQuestion): Promise<{ readonly status: number; readonly rooms: readonly OpenRoom[] }> {
  const answer = await askServer({
    url,
    path: '/twirp/livekit.RoomService/ListRooms',
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(names === undefined ? {} : { names }),
    patienceMs,
    signal,
  });
  const { status } = answer;
  if (status !== 200) return { status, rooms: [] };
  const { rooms } = answerSchema.parse(await answer.json());
  return {
    status,
    rooms: rooms.map((room) => {
      const openedAtSeconds = room.creation_time ?? room.creationTime ?? 0;
      return {
        name: room.name,
        people: room.num_participants ?? room.numParticipants ?? null,
        openedAt: openedAtSeconds > 0 ? new Date(openedAtSeconds * 1000).toISOString() : null,
      };
    }),
  };
}

/** Whether a server says by its status that a token may not ask. */
export function isRefusal(status: number): boolean {
  return status === 401 || status === 403;
}

/**
 * What gives a token that may ask: one that was minted is good for a minute.
 *
 * @returns null when these credentials cannot ask
 * @throws PlateauError `unauthorized` for a token that is none
 */
export function listTokenOf(credentials: Source['credentials']): (() => Promise<string>) | null {
  if (!('token' in credentials)) return () => mintListToken(credentials);
  const { token } = credentials;
  return readTokenClaims(token).canListRooms ? () => Promise.resolve(token) : null;
}

/**
 * The rooms that are open on a server, those with most people first.
 *
 * @throws PlateauError `malformedUrl`; `unauthorized` when the credentials cannot ask; `serverUnreachable`
 */
export async function listOpenRooms(
  source: Pick<Source, 'url' | 'credentials'>,
  signal?: AbortSignal,
): Promise<OpenRoom[]> {
  const url = parseServerUrl(source.url);
  const mint = listTokenOf(source.credentials);
  if (mint === null) throw refused();
  const token = await mint();
  const { status, rooms } = await askForRooms({ url, token, signal }).catch(async (thrown: unknown) => {
    throw await notReached(thrown, url, token);
  });
  if (status !== 200) throw await connectError(isRefusal(status) ? '401' : String(status), url, token);
  return rooms
    .toSorted((a, b) => (b.people ?? 0) - (a.people ?? 0) || a.name.localeCompare(b.name))
    .slice(0, mostRooms);
}

function refused(): PlateauError {
  return new PlateauError(
    'unauthorized',
    'This token cannot ask which rooms are open.',
    'Enter the name of the room, or use an API key.',
  );
}

/** Why {@link askForRooms} got no answer. */
export async function notReached(thrown: unknown, url: string, token: string): Promise<PlateauError> {
  if (thrown instanceof PlateauError) return thrown;
  const text = wordsOf(thrown);
  return connectError(/TimeoutError|ETIMEDOUT/.test(text) ? 'timed out' : text, url, token);
}
