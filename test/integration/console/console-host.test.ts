import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { ConsoleService } from '#engine/console/console-service.js';
import { ConsoleHost, mediaBaseUrl } from '#engine/console-host/console-host.js';
import { closeCodes } from '#engine/contract/limits.js';
import { openBrowserConsole } from '../../fixtures/browser-console.js';
import { ConsoleClient } from '../../fixtures/console-client.js';

const mediaKey = 'a-key-of-this-test';

let folder: string;
let service: ConsoleService;
let host: ConsoleHost;
let links: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-host-'));
  await mkdir(join(folder, 'page'));
  await writeFile(join(folder, 'page', 'index.html'), '<!doctype html><title>Plateau</title>');
  await writeFile(join(folder, 'secret.html'), 'not part of the page');
  service = await openBrowserConsole(folder, mediaBaseUrl(mediaKey));
  links = [];
  host = await ConsoleHost.start({
    service,
    rendererFolder: join(folder, 'page'),
    port: 0,
    mediaKey,
    onLink: (url) => links.push(url),
  });
});

afterAll(async () => {
  await host.close();
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

let link: string;

beforeEach(() => {
  link = links.at(-1) ?? '';
});

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** A request as it is written here: fetch would tidy the path and the Host up. */
function get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: host.port, path, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    })
      .once('error', reject)
      .end();
  });
}

it('is found on loopback only', async () => {
  const others = Object.values(networkInterfaces())
    .flat()
    .filter((address) => address !== undefined && !address.internal && address.family === 'IPv4');
  for (const address of others) {
    await expect(fetch(`http://${address?.address ?? ''}:${host.port}/`)).rejects.toThrow();
  }
  expect((await get('/')).status).toBe(200);
});

it('gives a token one session, and the next window another link', async () => {
  const client = await ConsoleClient.follow(link);
  expect(links.at(-1)).not.toBe(link);
  await expect(ConsoleClient.follow(link)).rejects.toThrow(`closed with ${closeCodes.unauthorized}`);
  await client.close();

  const again = await ConsoleClient.open(link);
  await again.greet({ session: client.session });
  expect((await again.call('getState', {})).ok).toBe(true);
  await again.close();

  const second = await ConsoleClient.follow(links.at(-1) ?? '');
  expect(second.session).not.toBe(client.session);
  await second.close();
});

it.each([{ token: 'wrong' }, { session: 'wrong' }, { session: '' }, { token: '' }])(
  'does not let %o in',
  async (hello) => {
    const client = await ConsoleClient.open(link);
    await expect(client.greet(hello)).rejects.toThrow(`closed with ${closeCodes.unauthorized}`);
    expect(client.traffic).toEqual([]);
  },
);

it('hears no call before the hello, and nothing that is no call after it', async () => {
  const eager = await ConsoleClient.open(link);
  eager.socket.send(JSON.stringify({ id: 1, call: 'getState', input: {} }));
  expect(await eager.closed).toBe(closeCodes.unauthorized);
  expect(eager.traffic).toEqual([]);

  const client = await ConsoleClient.follow(link);
  client.socket.send('{"id":');
  expect(await client.closed).toBe(closeCodes.protocolError);
});

it.each([
  ['a page of another site', { origin: 'https://example.org' }, 403],
  ['a page of another port', { origin: 'http://127.0.0.1:1' }, 403],
  ['no page', { origin: '' }, 403],
  ['a name that points here (DNS rebinding)', { host: 'example.org', origin: 'http://example.org' }, 421],
])('refuses a socket from %s', async (_what, headers, status) => {
  await expect(ConsoleClient.open(link, headers)).rejects.toThrow(String(status));
});

it('serves the page under a strict policy, and nothing beside it', async () => {
  const page = await get('/');
  expect(page.body).toContain('<title>Plateau</title>');
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain('unsafe-eval');
  expect(page.headers['x-content-type-options']).toBe('nosniff');
  for (const path of [
    '/../secret.html',
    '/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '/a%5c..%5csecret.html',
    '/nothing.html',
  ])
    expect((await get(path)).status, path).toBe(404);
  expect((await get('/', { host: 'example.org' })).status).toBe(421);
});

it('serves files of takes only to whoever knows their key', async () => {
  for (const path of [
    '/takes/',
    '/takes/wrong/take/ada.mp4',
    `/takes/${mediaKey}/take/ada.mp4`,
    `/takes/${mediaKey}/../x/y`,
  ])
    expect((await get(path)).status, path).toBe(404);
});

it('owes a console that does not read no more than the newest of each kind', async () => {
  const subscribe = vi.spyOn(service, 'subscribe');
  const client = await ConsoleClient.follow(link);
  const [tell] = subscribe.mock.lastCall ?? [];
  subscribe.mockRestore();
  const pause = (client.socket as unknown as { _socket: { pause(): void; resume(): void } })._socket;
  pause.pause();
  // Each change is a message of 8 kB: together more than the kernel's buffers take.
  const { state } = service;
  const filling = { url: 'u'.repeat(2_000), apiKey: 'k'.repeat(500), outputFolder: `/${'f'.repeat(4_000)}` };
  for (let round = 0; round < 1_000; round += 1) {
    const settings = { ...state.settings, ...filling, room: `${round}`.padEnd(500, '-') };
    tell?.({ type: 'state', state: { ...state, settings } });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  const rounds: number[] = [];
  const last = new Promise<void>((resolve) => {
    client.subscribe((event) => {
      if (event.type !== 'state') return;
      rounds.push(parseInt(event.state.settings.room, 10));
      if (rounds.at(-1) === 999) resolve();
    });
  });
  pause.resume();
  await last;
  // What had left for the kernel when it was full comes one by one; of all that came later, the newest alone.
  const left = rounds.slice(0, -1);
  expect(left.length).toBeGreaterThan(0);
  expect(left.at(-1)).toBeLessThan(990);
  expect(left).toEqual(left.map((_, index) => (left[0] ?? 0) + index));
  await client.close();
});
