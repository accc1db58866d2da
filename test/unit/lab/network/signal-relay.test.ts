import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
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
  sockets = new WebSocketServer({ noServer: true, autoPong: false });
  http.on('upgrade', (request, socket: Socket, head) => {
    if (request.url?.includes('room=forbidden') === true) {
      socket.end('HTTP/1.1 403 Not you\r\nx-why: closed\r\nContent-Length: 4\r\n\r\nbye!');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (joined) => sockets.emit('connection', joined, request));
  });
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

interface Connection {
  readonly client: WebSocket;
  readonly server: WebSocket;
  readonly received: Buffer[];
}

/** Both ends of a connection through the relay, and everything that reached the server. */
async function connected(): Promise<Connection> {
  const accepted = once(sockets, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${relay.port}/rtc?room=a%20b`, {
    headers: { authorization: 'Bearer of-nobody' },
  });
  await once(client, 'open');
  const [server, request] = (await accepted) as [WebSocket, IncomingMessage];
  expect(request.url).toBe('/rtc?room=a%20b');
  expect(request.headers.authorization).toBe('Bearer of-nobody');
  const received: Buffer[] = [];
  server.on('message', (data) => received.push(data as Buffer));
  return { client, server, received };
}

async function untilReceived({ server, received }: Connection, count: number): Promise<void> {
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
  const pinged = once(connection.server, 'ping');
  client.ping();
  await pinged;
  relay.throttle(500_000);
  client.send('in parts', { fin: true });
  await untilReceived(connection, 3);
  const request = String(Buffer.from(subscriberBandwidthRequest(500_000)));
  // Before or after it, but both are whole.
  expect(received.slice(1).map(String).sort()).toEqual([request, 'one message in parts'].sort());
  relay.throttle(0);
  await untilReceived(connection, 4);
  expect(received[3]).toEqual(Buffer.from(subscriberBandwidthRequest(0)));
});

it('passes on whether a message is text or binary, both ways', async () => {
  const { client, server } = await connected();
  const kinds: boolean[] = [];
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    for (const message of ['text', Buffer.from('binary')]) {
      const arrived = once(to, 'message');
      from.send(message);
      const [data, isBinary] = (await arrived) as [Buffer, boolean];
      expect(String(data)).toBe(isBinary ? 'binary' : 'text');
      kinds.push(isBinary);
    }
  }
  expect(kinds).toEqual([false, true, false, true]);
});

it('lets the other side answer a ping, and passes its answer back', async () => {
  const { client, server } = await connected();
  const pinged = once(server, 'ping');
  let answers = 0;
  client.on('pong', () => {
    answers += 1;
  });
  client.ping('are you there?');
  expect(String((await pinged)[0])).toBe('are you there?');
  const answered = once(client, 'pong');
  server.pong('I am');
  expect(String((await answered)[0])).toBe('I am');
  // The relay said nothing of its own.
  expect(answers).toBe(1);
});

it('passes on an end without a code, and a crash as a crash', async () => {
  const polite = await connected();
  const goodbye = once(polite.server, 'close');
  polite.client.close();
  expect((await goodbye)[0]).toBe(1005);
  const crashing = await connected();
  const broken = once(crashing.client, 'close');
  crashing.server.terminate();
  expect((await broken)[0]).toBe(1006);
});

it('passes on a refusal with its status, headers and body', async () => {
  const client = new WebSocket(`ws://127.0.0.1:${relay.port}/rtc?room=forbidden`);
  const [, response] = (await once(client, 'unexpected-response')) as [unknown, IncomingMessage];
  expect([response.statusCode, response.statusMessage]).toEqual([403, 'Not you']);
  expect(response.headers['x-why']).toBe('closed');
  const body: Buffer[] = [];
  for await (const chunk of response) body.push(chunk as Buffer);
  expect(String(Buffer.concat(body))).toBe('bye!');
});

it('reads one side no faster than the other side takes it, and loses nothing', async () => {
  const connection = await connected();
  const { client, server, received } = connection;
  server.pause();
  const count = 48;
  for (let index = 0; index < count; index += 1) client.send(Buffer.alloc(1e6, index));
  // The sockets of the system take some megabytes; the rest stays with who sent it.
  let before = -1;
  while (client.bufferedAmount !== before) {
    before = client.bufferedAmount;
    await wait(200);
  }
  expect(client.bufferedAmount).toBeGreaterThan((count * 1e6) / 2);
  server.resume();
  await untilReceived(connection, count);
  expect(received.map((message) => [message.length, message[0], message.at(-1)])).toEqual(
    Array.from({ length: count }, (_, index) => [1e6, index, index]),
  );
});

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
  const refused = new WebSocket(`ws://127.0.0.1:${relay.port}/rtc`);
  await expect(once(refused, 'open')).rejects.toThrow('socket hang up');
  http = createServer((_request, response) => response.end('back'));
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  const response = await fetch(`http://127.0.0.1:${relay.port}/`);
  expect(await response.text()).toBe('back');
});
