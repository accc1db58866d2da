import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { RunningCommand } from '../../fixtures/command.js';
import { type HttpProxy, openHttpProxy } from '../../fixtures/http-proxy.js';

/** No resolver knows it: what reaches it has gone through the proxy. */
const studio = 'studio.invalid';
const password = 'letmein';

let root: string;
let server: EmbeddedServer;
let rooms: RoomServiceClient;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-network-'));
  server = await startLivekitServer();
  rooms = roomsOf(server);
});

afterAll(async () => {
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

function roomsOf({ url, apiKey, apiSecret }: EmbeddedServer): RoomServiceClient {
  return new RoomServiceClient(url.replace(/^ws/, 'http'), apiKey, apiSecret);
}

/** Leads to the server for `use`. */
async function withProxy(use: (proxy: HttpProxy) => Promise<void>): Promise<void> {
  const credentials = { user: 'eva', password };
  const proxy = await openHttpProxy({ credentials, hosts: { [studio]: Number(new URL(server.url).port) } });
  try {
    await use(proxy);
  } finally {
    await proxy.close();
  }
}

interface Started {
  readonly command: RunningCommand;
  readonly out: string;
}

async function record(environment: Readonly<Record<string, string>>, ...args: string[]): Promise<Started> {
  const out = await mkdtemp(join(root, 'out-'));
  const { apiKey, apiSecret, url } = server;
  const command = new RunningCommand(['record', '--audio-only', '--out', out, ...args], {
    LIVEKIT_URL: url,
    LIVEKIT_API_KEY: apiKey,
    LIVEKIT_API_SECRET: apiSecret,
    ...environment,
  });
  return { command, out };
}

// Side by side: they wait most of their time, and each has a proxy, a room or a server of its own.
describe.concurrent('record, on a way that somebody has laid', () => {
  // HTTP_PROXY is in the tests below; this one the SDK does not know by itself.
  it.each(['ALL_PROXY'])(
    'a room behind %s is waited for from outside, and recorded when it opens',
    (variable) =>
      withProxy(async (proxy) => {
        const behind = { LIVEKIT_URL: `ws://${studio}:7880`, [variable]: proxy.url };
        const { command, out } = await record(behind, '--room', 'standup', '--duration', '2s');
        await command.says(/the room is not open yet; Ctrl-C ends/);
        // Nobody but the test below has opened one.
        expect((await rooms.listRooms()).filter(({ name }) => name !== 'copied')).toEqual([]);
        const asked = proxy.tunnels.length;
        expect(asked).toBeGreaterThan(0);
        const { apiKey, apiSecret, url } = server;
        const people = [{ identity: 'ada' }];
        const meeting = await startSyntheticRoom({
          ...{ url, apiKey, apiSecret },
          room: 'standup',
          participants: people,
        });
        const { code, stderr, stdout } = await command.ended;
        await meeting.stop();
        await rooms.deleteRoom('standup');
        expect(stdout).toContain('Connected to room with auto_subscribe=false: standup');
        expect(stdout + stderr).not.toContain(password);
        expect(stdout + stderr).not.toMatch(/roomNotAsked|could not ask/);
        expect([0, 8]).toContain(code);
        expect(await readdir(out)).toHaveLength(1);
        expect(proxy.tunnels.length).toBeGreaterThan(asked);
        expect(new Set(proxy.tunnels)).toEqual(new Set([`${studio}:7880`]));
      }),
    60_000,
  );

  it.each([
    [407, /asks for a user name and a password, or refuses those it was given \(407\)/],
    [403, /does not lead there \(403\)/],
  ])('a proxy that answers %i is the reason that is given, without its password', (status, said) =>
    withProxy(async (proxy) => {
      proxy.answer(status);
      const behind = { LIVEKIT_URL: `ws://${studio}:7880`, HTTP_PROXY: proxy.url };
      const { command } = await record(behind, '--room', 'refused');
      const { code, stderr, stdout } = await command.ended;
      expect(stderr).toMatch(said);
      expect(stderr).toContain(`the proxy ${proxy.host} (HTTP_PROXY)`);
      expect(stdout + stderr).not.toContain(password);
      expect(code).toBe(3);
    }),
  );

  it('a proxy that cannot be used is the reason that is given, without its password', async () => {
    const behind = {
      LIVEKIT_URL: `ws://${studio}:7880`,
      HTTP_PROXY: `socks5://eva:${password}@localhost:1080`,
    };
    const { command } = await record(behind, '--room', 'standup');
    const { code, stderr, stdout } = await command.ended;
    expect(stderr).toMatch(/^error: The proxy that HTTP_PROXY names cannot be used: it begins with socks5:/m);
    expect(stdout + stderr).not.toContain(password);
    expect(code).toBe(2);
  });

  it('a server that dies while its room is waited for is told, again when it is back, and is why nothing came', async () => {
    const dying = await startLivekitServer();
    const { apiKey, apiSecret, url } = dying;
    const there = { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret };
    const interrupted = (await record(there, '--room', 'standup')).command;
    // Long enough for a busy machine: each step is waited for, and by then the server is dead again.
    const tooLong = (await record(there, '--room', 'retro', '--wait', '45s')).command;
    const commands = [interrupted, tooLong];
    try {
      for (const command of commands) await command.says(/the room is not open yet; Ctrl-C ends/);
      await dying.kill();
      // The second where it was asked at that very moment.
      const told =
        /cannot be reached \((connection refused|the connection broke off)\)\. Plateau keeps trying\./;
      for (const command of commands) await command.says(told);
      await dying.restart();
      for (const command of commands) await command.says(/The server answers again\./);
      expect(await roomsOf(dying).listRooms()).toEqual([]);
      await dying.kill();
      for (const command of commands) await command.says(/answers again\.[^]*Plateau keeps trying\./);
      interrupted.signal('SIGINT');
      for (const { code, stderr } of await Promise.all(commands.map(({ ended }) => ended))) {
        expect(stderr).toMatch(/^error: Nothing was recorded\. The LiveKit server at \S+ cannot be reached/m);
        expect(code).toBe(3);
      }
    } finally {
      for (const command of commands) command.signal('SIGKILL');
      await dying.stop();
    }
  }, 150_000);

  it(
    'a take that is copied is received behind a proxy, too',
    () =>
      withProxy(async (proxy) => {
        const { apiKey, apiSecret, url } = server;
        const meeting = await startSyntheticRoom({
          ...{ url, apiKey, apiSecret },
          room: 'copied',
          participants: [{ identity: 'ada' }],
        });
        const behind = { LIVEKIT_URL: `ws://${studio}:7880`, HTTP_PROXY: proxy.url };
        const { command } = await record(behind, '--room', 'copied', '--mode', 'copy', '--duration', '2s');
        const { code, stderr, stdout } = await command.ended;
        await meeting.stop();
        expect([0, 8]).toContain(code);
        expect(stdout + stderr).not.toContain(password);
      }),
    60_000,
  );
});
