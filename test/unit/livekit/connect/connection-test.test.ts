import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ConnectionStep } from '#engine/contract/connection-test.js';
import { PlateauError } from '#engine/contract/errors.js';
import type { Source } from '#engine/contract/recording.js';
import { testConnection } from '#engine/livekit/connect/connection-test.js';

const keys = { apiKey: 'key', apiSecret: 'a-secret-of-more-than-thirty-two-bytes' };

interface Answer {
  readonly status: number;
  readonly body: string;
}

let server: Server;
let url: string;
let asked: string[];
let serverDate: Date;
/** What a question is answered with; as livekit-server does, unless a test says otherwise. */
let answerTo: (path: string, token: string | undefined) => Answer | null;

function asLivekit(path: string, token: string | undefined): Answer {
  if (path.endsWith('/ListRooms')) {
    return { status: 200, body: JSON.stringify({ rooms: [{ name: 'standup' }] }) };
  }
  return token === undefined
    ? { status: 401, body: 'no permissions to access the room' }
    : { status: 200, body: 'success' };
}

beforeEach(async () => {
  asked = [];
  serverDate = new Date();
  answerTo = asLivekit;
  server = createServer(({ headers, method, url: path = '' }: IncomingMessage, response) => {
    asked.push(`${method ?? ''} ${path}`);
    const answer = answerTo(path, headers.authorization);
    if (answer === null) return;
    response.setHeader('date', serverDate.toUTCString());
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function run(
  credentials: Source['credentials'],
  { room = 'standup', at = url, signal = new AbortController().signal }: Partial<Options> = {},
): Promise<ConnectionStep[]> {
  return testConnection({ readUrl: () => at, readSource: () => ({ url: at, credentials, room }) }, signal);
}

interface Options {
  readonly room: string | null;
  readonly at: string;
  readonly signal: AbortSignal;
}

function tokenWith(
  claims: { readonly video?: object; readonly exp?: number; readonly nbf?: number } = {},
): Promise<string> {
  const video = claims.video ?? { roomJoin: true, room: 'standup' };
  return new SignJWT({ iss: keys.apiKey, sub: 'ada', exp: seconds(3_600), ...claims, video })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(keys.apiSecret));
}

/** So many seconds from now, as a token says it. */
function seconds(ahead: number): number {
  return Math.round(Date.now() / 1000) + ahead;
}

/** `ok`, `warning` and `notTried` as they are, and of what failed its code. */
function outcome(steps: readonly ConnectionStep[]): Record<string, string> {
  return Object.fromEntries(steps.map(({ part, state, error }) => [part, error?.code ?? state]));
}

function textOf(steps: readonly ConnectionStep[], part: ConnectionStep['part']): string {
  return steps.find((step) => step.part === part)?.text ?? '';
}

const allOk = {
  address: 'ok',
  server: 'ok',
  livekit: 'ok',
  credentials: 'ok',
  access: 'ok',
  clock: 'ok',
};

it('asks a server with a key, and joins nothing', async () => {
  const steps = await run(keys);
  expect(outcome(steps)).toEqual(allOk);
  expect(textOf(steps, 'server')).toMatch(/^127\.0\.0\.1:\d+ answered in \d+ ms\.$/);
  expect(textOf(steps, 'access')).toBe('The server would let the recorder join. The room is open.');
  expect(asked).toEqual([
    'GET /rtc/validate',
    'GET /rtc/validate',
    'POST /twirp/livekit.RoomService/ListRooms',
  ]);
  expect(JSON.stringify(steps)).not.toContain(keys.apiSecret);
});

it('asks with a token, and tells what it is for', async () => {
  const token = await tokenWith();
  const steps = await run({ token }, { room: null });
  expect(outcome(steps)).toEqual(allOk);
  expect(textOf(steps, 'credentials')).toMatch(/^The token is for the room standup as ada, until /);
  expect(JSON.stringify(steps)).not.toContain(token);
});

it('lists the rooms for a key without a room', async () => {
  const steps = await run(keys, { room: null });
  expect(outcome(steps)).toEqual(allOk);
  expect(textOf(steps, 'access')).toBe('The server accepts the API key: 1 open room.');
  answerTo = (path, token) =>
    path.endsWith('/ListRooms') ? { status: 401, body: '{}' } : asLivekit(path, token);
  expect(outcome(await run(keys, { room: null }))).toEqual({ ...allOk, access: 'unauthorized' });
});

it.each([
  ['nonsense', 'malformedUrl'],
  ['ftp://127.0.0.1', 'malformedUrl'],
])('tries nothing of the address %s', async (at, code) => {
  const notTried = { server: 'notTried', livekit: 'notTried', access: 'notTried', clock: 'notTried' };
  expect(outcome(await run(keys, { at }))).toEqual({ ...allOk, ...notTried, address: code });
});

it('says that nobody answers, and reads the token nevertheless', async () => {
  const silent = createTcpServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const at = `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  await new Promise((resolve) => silent.close(resolve));
  const expired = { token: await tokenWith({ exp: seconds(-3_600) }) };
  const steps = await run(expired, { at });
  expect(outcome(steps)).toEqual({
    address: 'ok',
    server: 'serverUnreachable',
    livekit: 'notTried',
    credentials: 'tokenExpired',
    access: 'notTried',
    clock: 'notTried',
  });
  expect(textOf(steps, 'server')).toContain('cannot be reached (connection refused).');
});

it.each([
  [404, 'no LiveKit server: 404'],
  [200, 'no LiveKit server: 200'],
])('tells a web server that answers %i from a LiveKit server', async (status, words) => {
  answerTo = () => ({ status, body: '<html></html>' });
  const steps = await run(keys);
  expect(outcome(steps)).toEqual({ ...allOk, livekit: 'serverUnreachable', access: 'notTried' });
  expect(textOf(steps, 'livekit')).toContain(words);
});

it('says what stands in front of a server that is gone', async () => {
  answerTo = () => ({ status: 502, body: '' });
  const steps = await run(keys);
  expect(outcome(steps)).toMatchObject({
    server: 'serverUnreachable',
    livekit: 'notTried',
    clock: 'notTried',
  });
  expect(textOf(steps, 'server')).toContain('what stands in front of it gets no answer');
});

it.each<[{ readonly exp: number; readonly nbf?: number }, string]>([
  [{ exp: -3_600 }, 'tokenExpired'],
  [{ exp: 7_200, nbf: 3_600 }, 'tokenNotYetValid'],
])('judges the times of a token %j by the server’s clock', async ({ exp, nbf }, code) => {
  const token = await tokenWith({ exp: seconds(exp), ...(nbf !== undefined && { nbf: seconds(nbf) }) });
  expect(outcome(await run({ token }))).toEqual({ ...allOk, credentials: code, access: 'notTried' });
  // For a server whose clock is elsewhere it is as good as another.
  serverDate = new Date(Date.now() + (nbf === undefined ? -7_200_000 : 5_400_000));
  expect(outcome(await run({ token }))).toEqual({ ...allOk, clock: 'warning' });
});

it.each([
  [{ roomJoin: true, room: 'retro' }, 'usage'],
  [{ roomJoin: true, room: 'standup', canSubscribe: false }, 'notAllowed'],
  [{ roomJoin: true }, 'missingRoom'],
  [{ room: 'standup' }, 'notAllowed'],
])('reads the grants %j of a token', async (video, code) => {
  const token = await tokenWith({ video });
  expect(outcome(await run({ token }))).toEqual({ ...allOk, credentials: code, access: 'notTried' });
});

it('says that it is no token', async () => {
  expect(outcome(await run({ token: 'a.b.c' }))).toMatchObject({ credentials: 'unauthorized' });
});

it.each([
  [401, 'invalid API key: key', 'unauthorized', 'refused the credentials'],
  [401, 'permissions denied', 'unauthorized', 'does not let this token join'],
  [404, 'requested room does not exist', 'roomNotFound', 'does not know this room'],
])('says why joining would be refused: %i %s', async (status, body, code, words) => {
  answerTo = (path, token) => (token === undefined ? asLivekit(path, token) : { status, body });
  const steps = await run(keys);
  expect(outcome(steps)).toEqual({ ...allOk, access: code });
  expect(textOf(steps, 'access')).toContain(words);
});

it('ends when it is cancelled, with the reason of that', async () => {
  answerTo = () => null;
  const cancelled = new AbortController();
  const test = run(keys, { signal: cancelled.signal });
  await expect.poll(() => asked.length).toBe(1);
  cancelled.abort(new PlateauError('invalidState', 'No longer tested.', 'Try again.'));
  await expect(test).rejects.toMatchObject({ code: 'invalidState' });
});
