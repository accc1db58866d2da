import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RoomAnswer } from '#engine/livekit/connect/room-lookup.js';
import { type HttpProxy, openHttpProxy } from '../../../fixtures/http-proxy.js';

const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);
const credentials = { apiKey: 'key', apiSecret: 'a-secret-of-more-than-thirty-two-bytes' };
const password = 'letmein';

let server: Server;
let port: number;
/** What the server answers to each question. */
let answers: { status: number; body: string };
let asked: number;
let proxy: HttpProxy;

beforeEach(async () => {
  answers = { status: 200, body: JSON.stringify({ rooms: [{ name: 'standup' }] }) };
  asked = 0;
  server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(answers.status).end(answers.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  // Only the proxy knows where that is: whoever goes past it reaches nothing.
  proxy = await openHttpProxy({ credentials: { user: 'eva', password }, hosts: { 'studio.invalid': port } });
  for (const name of variables) vi.stubEnv(name, undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  // Other files share the modules, which have read the environment of this one.
  vi.resetModules();
  await proxy.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** With the environment as it is now: a process reads it when it begins. */
async function ask(url = 'ws://studio.invalid:7880', room = 'standup'): Promise<RoomAnswer> {
  vi.resetModules();
  const { RoomLookup } = await import('#engine/livekit/connect/room-lookup.js');
  return new RoomLookup({ url, credentials, room }).ask();
}

function messageOf(answer: RoomAnswer): string {
  return answer.kind === 'unreachable' ? `${answer.error.message} ${answer.error.hint}` : answer.kind;
}

describe('a room behind a proxy', () => {
  it.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'])(
    'is asked for through it, which %s names, by CONNECT',
    async (variable) => {
      vi.stubEnv(variable, proxy.url);
      expect(await ask()).toEqual({ kind: 'open' });
      expect(await ask(undefined, 'retro')).toEqual({ kind: 'closed' });
      expect(proxy.tunnels).toEqual(['studio.invalid:7880', 'studio.invalid:7880']);
      expect(proxy.requests).toEqual([]);
    },
  );

  it('is asked for through one that is written without http://', async () => {
    vi.stubEnv('HTTP_PROXY', proxy.url.replace('http://', ''));
    expect(await ask()).toEqual({ kind: 'open' });
    expect(proxy.tunnels).toHaveLength(1);
  });

  it('is asked for past it where NO_PROXY names the server', async () => {
    vi.stubEnv('HTTP_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    expect(await ask(`ws://127.0.0.1:${port}`)).toEqual({ kind: 'open' });
    expect(proxy.tunnels).toEqual([]);
  });

  it('is asked for on a kept way: fewer tunnels than questions', async () => {
    vi.stubEnv('HTTP_PROXY', proxy.url);
    vi.resetModules();
    const { RoomLookup } = await import('#engine/livekit/connect/room-lookup.js');
    const lookup = new RoomLookup({ url: 'ws://studio.invalid:7880', credentials, room: 'standup' });
    for (let question = 0; question < 10; question += 1) await lookup.ask();
    expect(asked).toBe(10);
    expect(proxy.tunnels.length).toBeLessThan(4);
  });

  it.each([
    [407, /asks for a user name and a password, or refuses those it was given \(407\)/],
    [403, /does not lead there \(403\)/],
    [502, /gets no answer from it \(502\)/],
  ])(
    'is not reached where the proxy answers %i, and that is said without its password',
    async (status, said) => {
      vi.stubEnv('HTTP_PROXY', proxy.url);
      proxy.answer(status);
      const message = messageOf(await ask());
      expect(message).toMatch(said);
      expect(message).toContain(`the proxy ${proxy.host} (HTTP_PROXY)`);
      expect(message).not.toContain(password);
      expect(proxy.refused).toEqual(['studio.invalid:7880']);
    },
  );

  it('is not reached where the proxy is gone, and that is said with the proxy’s name', async () => {
    vi.stubEnv('HTTP_PROXY', proxy.url);
    await proxy.close();
    const message = messageOf(await ask());
    expect(message).toContain(`through the proxy ${proxy.host} (HTTP_PROXY) (connection refused)`);
    expect(message).not.toContain(password);
    proxy = await openHttpProxy();
  });

  it.each([
    ['socks5://eva:letmein@proxy.example:1080', /begins with socks5:\/\//],
    ['https://eva:letmein@proxy.example', /begins with https:\/\//],
    ['http://eva:letmein@:3128', /is not an address/],
    ['http://', /is not an address/],
    ['http://eva:letmein%zz@proxy.example', /a %-sign that stands for nothing/],
  ])('cannot be asked for through %s, and that is said at once', async (value, said) => {
    vi.stubEnv('HTTPS_PROXY', value);
    await expect(ask('wss://studio.invalid')).rejects.toMatchObject({
      code: 'malformedUrl',
      message: expect.stringMatching(said) as string,
    });
    const thrown: unknown = await ask('wss://studio.invalid').catch((error: unknown) => error);
    expect(JSON.stringify(thrown) + String(thrown)).not.toContain(password);
  });
});

describe('a room, and a server that does not say', () => {
  const direct = (): Promise<RoomAnswer> => ask(`ws://127.0.0.1:${port}`);

  it('is not reached where nothing listens, or what stands in front of the server gets no answer', async () => {
    answers = { status: 503, body: '' };
    expect(messageOf(await direct())).toContain('what stands in front of it gets no answer');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(messageOf(await direct())).toContain('connection refused');
  });

  it('is asked again where the connection that was kept open has ended', async () => {
    let asks = 0;
    server.removeAllListeners('request').on('request', ({ socket }, response) => {
      asks += 1;
      if (asks === 2) socket.resetAndDestroy();
      else response.end(answers.body);
    });
    const { RoomLookup } = await import('#engine/livekit/connect/room-lookup.js');
    const lookup = new RoomLookup({ url: `ws://127.0.0.1:${port}`, credentials, room: 'standup' });
    expect([await lookup.ask(), await lookup.ask()]).toEqual([{ kind: 'open' }, { kind: 'open' }]);
    expect(asks).toBe(3);
  });

  it('is not reached where the server goes while it is asked, and that is said', async () => {
    server.removeAllListeners('request').on('request', ({ socket }) => {
      socket.destroy();
    });
    expect(messageOf(await direct())).toContain('cannot be reached (the connection broke off)');
    server.removeAllListeners('request').on('request', ({ socket }) => {
      socket.resetAndDestroy();
    });
    expect(messageOf(await direct())).toContain('cannot be reached (the connection broke off)');
  });

  it.each([
    [401, '', 'The server does not let these credentials ask.'],
    [404, '', 'The server answered 404.'],
    [200, '<html>', 'Its answer cannot be read.'],
    [200, '{"rooms":7}', 'Its answer cannot be read.'],
  ])('is unknown where the server answers %i %s', async (status, body, why) => {
    answers = { status, body };
    expect(await direct()).toEqual({ kind: 'unknown', why });
  });
});
