import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ConsoleService } from '#engine/console/console-service.js';
import { ConsoleHost, mediaBaseUrl } from '#engine/console-host/console-host.js';
import { doorLimits } from '#engine/console-host/doorkeeper.js';
import { closeCodes } from '#engine/contract/limits.js';
import { openBrowserConsole } from '../../fixtures/browser-console.js';
import { ConsoleClient } from '../../fixtures/console-client.js';

const mediaKey = 'a-key-of-this-test';
/** The rules of the product, with deadlines that a test can wait for. */
const limits = {
  ...doorLimits,
  headersWithinMs: 400,
  answerTakenWithinMs: 600,
  idleMs: 400,
  checkEveryMs: 50,
};
const largePage = Buffer.alloc(48_000_000, ' ');

let folder: string;
let service: ConsoleService;
let host: ConsoleHost;
let links: string[];
const sockets = new Set<Socket>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-door-'));
  await mkdir(join(folder, 'page'));
  await writeFile(join(folder, 'page', 'index.html'), '<!doctype html><title>Plateau</title>');
  await writeFile(join(folder, 'page', 'large.html'), largePage);
  service = await openBrowserConsole(folder, mediaBaseUrl(mediaKey));
  links = [];
  host = await ConsoleHost.start({
    service,
    rendererFolder: join(folder, 'page'),
    port: 0,
    mediaKey,
    onLink: (url) => links.push(url),
    limits,
  });
});

afterEach(async () => {
  const open = [...sockets];
  for (const socket of open) socket.destroy();
  await Promise.all(open.map(closed));
});

afterAll(async () => {
  await host.close();
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

function newestLink(): string {
  return links.at(-1) ?? '';
}

/** A connection that says what it is told to, and reads when it is told to. */
async function dial(text: string, from = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: host.port, localAddress: from });
  sockets.add(socket);
  // One that the host ends is what these tests are about.
  socket.on('error', () => undefined);
  socket.once('close', () => sockets.delete(socket));
  // Who does not read does not see the end either.
  socket.resume();
  await new Promise((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', resolve);
  });
  if (text !== '') socket.write(text);
  return socket;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

function handshake(): string {
  const { host: name, origin } = new URL(newestLink());
  return [
    'GET /console HTTP/1.1',
    `Host: ${name}`,
    `Origin: ${origin}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '',
    '',
  ].join('\r\n');
}

function statusOf(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: host.port, path, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    }).once('error', reject);
  });
}

/** They end by and by: how many are left once no more than `most` are. */
function leftOf(crowd: readonly Socket[], most: number): Promise<number> {
  const left = (): number => crowd.filter((socket) => !socket.closed).length;
  return new Promise((resolve) => {
    const look = (): void => {
      if (left() <= most) resolve(left());
    };
    for (const socket of crowd) if (!socket.closed) socket.once('close', look);
    look();
  });
}

it.each([
  ['sockets that say nothing', handshake],
  ['connections that say nothing', () => ''],
  ['connections that never end their headers', () => 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: '],
])('lets the owner in past 300 %s', async (_what, text) => {
  const crowd = await Promise.all(Array.from({ length: 300 }, () => dial(text())));
  const owner = await ConsoleClient.follow(newestLink());
  expect((await owner.call('getState', {})).ok).toBe(true);
  expect(await statusOf('/')).toBe(200);
  expect(await leftOf(crowd, limits.strangersPerAddress)).toBeLessThanOrEqual(limits.strangersPerAddress);
  await owner.close();
});

it('leaves a console that was let in alone, whoever comes after it', async () => {
  const owner = await ConsoleClient.follow(newestLink());
  for (let round = 0; round < 5; round += 1)
    await Promise.all(Array.from({ length: 100 }, () => dial(handshake())));
  expect((await owner.call('getState', {})).ok).toBe(true);
  await owner.close();
});

it('does not let one address take the places of another', async () => {
  const other = await dial(handshake(), '127.0.0.2');
  const crowd = [
    ...(await Promise.all(Array.from({ length: 60 }, () => dial(handshake(), '127.0.0.3')))),
    ...(await Promise.all(Array.from({ length: 60 }, () => dial(handshake(), '127.0.0.4')))),
  ];
  expect(await leftOf(crowd, limits.strangers - 1)).toBe(limits.strangers - 1);
  expect(other.closed).toBe(false);
});

it.each([
  ['says nothing', ''],
  ['never ends its headers', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: '],
  ['has got its answer, and asks for nothing more', 'GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
])('ends a connection that %s', async (_what, text) => {
  const socket = await dial(text);
  await closed(socket);
});

it('ends a connection that goes on with its headers, a byte at a time', async () => {
  const socket = await dial('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ');
  const drip = setInterval(() => socket.write('a'), 20);
  await closed(socket);
  clearInterval(drip);
});

it('ends a stranger that takes its answer a bit at a time', async () => {
  const socket = await dial('GET /large.html HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  let takenBytes = 0;
  socket.on('data', (part: Buffer) => {
    takenBytes += part.length;
    socket.pause();
    setTimeout(() => socket.resume(), 20);
  });
  await closed(socket);
  expect(takenBytes).toBeLessThan(largePage.length / 2);
});

it('ends a socket that neither says hello nor closes when it is asked to', { timeout: 15_000 }, async () => {
  const socket = await dial(handshake());
  const startedAtMs = performance.now();
  await closed(socket);
  // Five seconds for the hello, one for the closing; ws alone would wait for 30 s more.
  expect(performance.now() - startedAtMs).toBeLessThan(12_000);
});

it('keeps the first session through sixty later links', async () => {
  const first = await ConsoleClient.follow(newestLink());
  for (let count = 0; count < 60; count += 1) await (await ConsoleClient.follow(newestLink())).close();
  expect((await first.call('getState', {})).ok).toBe(true);
  await first.close();
  const again = await ConsoleClient.open(newestLink());
  await again.greet({ session: first.session });
  await again.close();
});

it('tells the 33rd of many open sessions that it is one too many, and ends none of them', async () => {
  const open: ConsoleClient[] = [];
  for (let count = 0; count < 32; count += 1) open.push(await ConsoleClient.follow(newestLink()));
  const link = newestLink();
  await expect(ConsoleClient.follow(link)).rejects.toThrow(`closed with ${closeCodes.tooManyConsoles}`);
  for (const client of open) expect((await client.call('getState', {})).ok).toBe(true);
  await open[0]?.close();
  const next = await ConsoleClient.follow(link);
  await Promise.all([next, ...open.slice(1)].map((client) => client.close()));
});
