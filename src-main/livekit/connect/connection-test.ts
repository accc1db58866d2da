import type { ConnectionStep } from '../../contract/connection-test.js';
import { toPlateauError } from '../../contract/errors.js';
import type { Source } from '../../contract/recording.js';
import { formatQuantity } from '../../format/number.js';
import { formatMilliseconds, formatMoment } from '../../format/time.js';
import { readTokenClaims } from './access-token.js';
import { connectError, gatewayStatuses, serverHost } from './connect-error.js';
import { ownProxyAddressFor, ownProxyFor } from './proxy.js';
import { listOpenRooms, notReached } from './room-list.js';
import { RoomLookup } from './room-lookup.js';
import { clockDifference, timeOf } from './server-clock.js';
import { askServer } from './server-request.js';
import { parseServerUrl } from './server-url.js';
import { tokenProvider } from './token-provider.js';
import { timeRefusal } from './token-times.js';

/**
 * Where the server says whether a token would be let in, and lets nobody in: LiveKit's clients ask it why they were refused.
 * It opens no room.
 */
const validatePath = '/rtc/validate';
/** With the question for the room, which has three seconds, it is ten seconds at most. */
const reachMs = 4_000;
const validateMs = 3_000;

/** What is to be tried. */
export interface ConnectionTest {
  /** Both read what was entered, and throw as joining does. */
  readonly readUrl: () => string;
  readonly readSource: () => Source;
}

type Told = Pick<ConnectionStep, 'text'> & Partial<Pick<ConnectionStep, 'state' | 'hint'>>;

/** A server that has answered. */
interface Reached {
  readonly status: number;
  readonly text: string;
  readonly serverMs: number | null;
  /** This machine's time when it answered. */
  readonly ownMs: number;
}

/**
 * Tries a connection without joining the room: nobody there sees anything. It takes ten seconds at most, each step with a
 * deadline of its own. What fails has the error that joining would end with, and no text holds a secret.
 *
 * @param signal ends it
 * @throws the reason of `signal`
 */
export async function testConnection(test: ConnectionTest, signal: AbortSignal): Promise<ConnectionStep[]> {
  let url = '';
  let reached: Reached | null = null as Reached | null;
  let source: Source | null = null as Source | null;
  const address = await step('address', signal, () => {
    url = parseServerUrl(test.readUrl());
    ownProxyAddressFor(url);
    return { text: `The address is ${url}.` };
  });
  const server = await stepAfter([address], 'server', signal, async () => {
    const startedMs = performance.now();
    reached = await reach(url, signal);
    const proxy = ownProxyFor(url);
    const way = proxy === null ? '' : ` through the proxy ${proxy.host} (${proxy.variable})`;
    const took = formatMilliseconds(performance.now() - startedMs);
    return { text: `${serverHost(url)} answered in ${took}${way}.` };
  });
  const livekit = await stepAfter([server], 'livekit', signal, () => assertLivekit(url, reached));
  const credentials = await step('credentials', signal, () => {
    source = test.readSource();
    return credentialsText(source, url, reached);
  });
  const access = await stepAfter([livekit, credentials], 'access', signal, () =>
    source === null ? notTold : askForAccess(source, url, reached, signal),
  );
  const clock = await stepAfter([server], 'clock', signal, () => clockText(reached));
  return [address, server, livekit, credentials, access, clock];
}

/** Something before it has failed. */
const notTold: Told = { text: '', state: 'notTried' };

async function stepAfter(
  before: readonly ConnectionStep[],
  part: ConnectionStep['part'],
  signal: AbortSignal,
  work: () => Told | Promise<Told>,
): Promise<ConnectionStep> {
  const canBeTried = before.every(({ state }) => state === 'ok' || state === 'warning');
  return step(part, signal, canBeTried ? work : () => notTold);
}

async function step(
  part: ConnectionStep['part'],
  signal: AbortSignal,
  work: () => Told | Promise<Told>,
): Promise<ConnectionStep> {
  signal.throwIfAborted();
  try {
    return { part, state: 'ok', hint: null, error: null, ...(await work()) };
  } catch (thrown) {
    // What was cancelled has failed nothing.
    signal.throwIfAborted();
    const error = toPlateauError(thrown).toReport();
    return { part, state: 'failed', text: error.message, hint: error.hint, error };
  }
}

/** Asks without a token: the answer says who is there, and what time it is. */
async function reach(url: string, signal: AbortSignal): Promise<Reached> {
  try {
    const answer = await askServer({ url, path: validatePath, method: 'GET', patienceMs: reachMs, signal });
    const reached = { status: answer.status, serverMs: timeOf(answer.date), ownMs: Date.now() };
    if (gatewayStatuses.has(answer.status)) throw new Error(String(answer.status));
    return { ...reached, text: await answer.text() };
  } catch (thrown) {
    throw await notReached(thrown, url, '');
  }
}

/** LiveKit refuses who has no token, and says so in words of its own. */
async function assertLivekit(url: string, reached: Reached | null): Promise<Told> {
  const { status, text } = reached ?? { status: 0, text: '' };
  if (status === 401 && /permission/i.test(text)) return { text: 'It is a LiveKit server.' };
  if (status === 401 || status === 403) {
    return {
      text: `It refuses who has no token (${status}), and does not say that it is a LiveKit server.`,
      state: 'warning',
      hint: 'Check the address if the credentials are refused, too.',
    };
  }
  throw await connectError(status >= 500 ? String(status) : `no LiveKit server: ${status}`, url, '');
}

function credentialsText(source: Source, url: string, reached: Reached | null): Told {
  const { credentials } = source;
  if (!('token' in credentials)) {
    return source.room === null
      ? { text: 'API key and secret are there, and no room is named.', hint: 'Enter the room to record.' }
      : { text: 'API key, secret and room are there.' };
  }
  const claims = readTokenClaims(credentials.token);
  tokenProvider(source);
  const times = { claims, text: '', host: serverHost(url), ownMs: Date.now() };
  const refusal = timeRefusal({ ...times, serverMs: reached?.serverMs ?? null });
  if (refusal !== null) throw refusal;
  const { expiresAtMs, identity, room } = claims;
  const who = identity === null ? '' : ` as ${identity}`;
  const until = expiresAtMs === null ? '' : `, until ${formatMoment(new Date(expiresAtMs))}`;
  return { text: `The token is for the room ${room ?? ''}${who}${until}.` };
}

async function askForAccess(
  source: Source,
  url: string,
  reached: Reached | null,
  signal: AbortSignal,
): Promise<Told> {
  if (source.room === null && !('token' in source.credentials)) {
    const rooms = await listOpenRooms(source, signal);
    return { text: `The server accepts the API key: ${formatQuantity(rooms.length, 'open room')}.` };
  }
  const token = await tokenProvider(source)();
  await validate(url, token, reached?.serverMs ?? null, signal);
  const room = await new RoomLookup(source).ask(signal);
  const words = { open: ' The room is open.', closed: ' The room is not open yet.' };
  const known = room.kind === 'open' || room.kind === 'closed' ? words[room.kind] : '';
  return { text: `The server would let the recorder join.${known}` };
}

/** @throws PlateauError what joining with this token would end with */
async function validate(
  url: string,
  token: string,
  serverMs: number | null,
  signal: AbortSignal,
): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const question = {
    url,
    path: validatePath,
    method: 'GET',
    headers,
    patienceMs: validateMs,
    signal,
  } as const;
  let refusal: string;
  try {
    const answer = await askServer(question);
    if (answer.status === 200) return;
    refusal = `${answer.status} ${await answer.text()}`;
  } catch (thrown) {
    throw await notReached(thrown, url, token);
  }
  throw await connectError(refusal, url, token, () => Promise.resolve(serverMs));
}

function clockText(reached: Reached | null): Told {
  if (reached === null || reached.serverMs === null) {
    return { text: 'The server does not say its time.', state: 'notTried' };
  }
  const { hint, text } = clockDifference(reached.serverMs, reached.ownMs);
  return { text: `This machine’s clock is ${text}.`, hint, state: hint === null ? 'ok' : 'warning' };
}
