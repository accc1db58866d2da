import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { SignalRelay } from '../../../../src-main/lab/network/signal-relay.js';
import { subscriberBandwidthRequest } from '../../../../src-main/lab/network/signal-request.js';

let http: Server;
let sockets: WebSocketServer;
let relay: SignalRelay;
let port: number;

beforeEach(async () => {
  http = createServer((request, response) => {
    response.writeHead(401, { 'x-path': request.url ?? '', 'x-was': request.headers['x-mine'] ?? '' });
    response.end('not you');
  });
  sockets = new WebSocketServer({ server: http });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  ({ port } = http.address() as AddressInfo);
  relay = await SignalRelay.start(port);
});

afterEach(async () => {
  await relay.close();
  sockets.close();
  for (const socket of sockets.clients) socket.terminate();
  http.close();
});

/** Both ends of a connection through the relay, and everything that reached the server. */
async function connected(): Promise<{ client: WebSocket; server: WebSocket; received: Buffer[] }> {
  const accepted = once(sockets, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${relay.port}/rtc?room=a%20b`);
  await once(client, 'open');
  const [server] = (await accepted) as [WebSocket];
  const received: Buffer[] = [];
  server.on('message', (data) => received.push(data as Buffer));
  return { client, server, received };
}

async function untilReceived(
  { server, received }: { server: WebSocket; received: Buffer[] },
  count: number,
): Promise<void> {
  while (received.length < count) await once(server, 'message');
}

it('encodes the request as LiveKit’s protocol has it', () => {
  // simulate (13, length-delimited) { subscriber_bandwidth (6, varint): 500000 }
  expect([...subscriberBandwidthRequest(500_000)]).toEqual([0x6a, 4, 0x30, 0xa0, 0xc2, 0x1e]);
  expect([...subscriberBandwidthRequest(0)]).toEqual([0x6a, 2, 0x30, 0]);
  expect([...subscriberBandwidthRequest(2 ** 33)]).toEqual([0x6a, 6, 0x30, 0x80, 0x80, 0x80, 0x80, 0x20]);
});

it('passes on plain HTTP with its path, headers, status and body', async () => {
  const response = await fetch(`http://127.0.0.1:${relay.port}/rtc/validate?x=1`, {
    headers: { 'x-mine': 'kept' },
  });
  expect(response.status).toBe(401);
  expect(response.headers.get('x-path')).toBe('/rtc/validate?x=1');
  expect(response.headers.get('x-was')).toBe('kept');
  expect(await response.text()).toBe('not you');
});

it('passes on messages of every size, both ways, and how the connection was closed', async () => {
  const connection = await connected();
  const { client, server, received } = connection;
  const messages = [0, 1, 125, 126, 65_535, 65_536, 3_000_000].map((size) => Buffer.alloc(size, size % 251));
  for (const message of messages) client.send(message);
  await untilReceived(connection, messages.length);
  expect(received.map((message, at) => message.equals(messages[at] ?? Buffer.of()))).toEqual(
    messages.map(() => true),
  );
  const back = once(client, 'message');
  server.send(Buffer.from('from the server'));
  expect(String((await back)[0])).toBe('from the server');
  const closed = once(client, 'close');
  server.close(4321, 'because');
  const [code, reason] = (await closed) as [number, Buffer];
  expect([code, String(reason)]).toEqual([4321, 'because']);
});

it('puts its request between two messages of the client, never into one', async () => {
  const connection = await connected();
  const { client, received } = connection;
  client.send('first');
  await untilReceived(connection, 1);
  // A message in fragments: the request may not stand between them.
  client.send('one ', { fin: false });
  client.send('message ', { fin: false });
  await once(client, 'pong', { signal: pinged(client) });
  relay.throttle(500_000);
  client.send('in parts', { fin: true });
  await untilReceived(connection, 3);
  expect(String(received[1])).toBe('one message in parts');
  expect(received[2]).toEqual(Buffer.from(subscriberBandwidthRequest(500_000)));
  relay.throttle(0);
  await untilReceived(connection, 4);
  expect(received[3]).toEqual(Buffer.from(subscriberBandwidthRequest(0)));
});

/** The answer to a ping shows that everything before it has passed the relay. */
function pinged(client: WebSocket): AbortSignal {
  client.ping();
  return AbortSignal.timeout(5_000);
}

it('tells a new connection of the limit after its first message, and repeats it', async () => {
  relay.throttle(300_000);
  const connection = await connected();
  connection.client.send('first');
  await untilReceived(connection, 3);
  const request = Buffer.from(subscriberBandwidthRequest(300_000));
  expect(connection.received.map(String)).toEqual(['first', String(request), String(request)]);
});

it('says nothing as long as nothing was throttled, and that it is over to who comes after', async () => {
  const before = await connected();
  before.client.send('first');
  before.client.send('second');
  await untilReceived(before, 2);
  expect(before.received.map(String)).toEqual(['first', 'second']);
  relay.throttle(300_000);
  relay.throttle(0);
  const after = await connected();
  after.client.send('first');
  await untilReceived(after, 2);
  expect(after.received[1]).toEqual(Buffer.from(subscriberBandwidthRequest(0)));
});

it('ends a connection whose server is not there, and serves the next one when it is back', async () => {
  sockets.close();
  http.close();
  await once(http, 'close');
  await expect(fetch(`http://127.0.0.1:${relay.port}/`)).rejects.toThrow();
  http = createServer((_request, response) => response.end('back'));
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  const response = await fetch(`http://127.0.0.1:${relay.port}/`);
  expect(await response.text()).toBe('back');
});
