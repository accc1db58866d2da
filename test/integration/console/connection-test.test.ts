import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessToken, type VideoGrant } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConsoleService } from '#engine/console/console-service.js';
import type { ConnectionForm } from '#engine/contract/connection-test.js';
import type { CommandOutput } from '#engine/contract/console.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { openBrowserConsole } from '../../fixtures/browser-console.js';

let folder: string;
let server: EmbeddedServer;
let service: ConsoleService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-connection-'));
  server = await startLivekitServer();
  service = await openBrowserConsole(folder, '/media/');
}, 60_000);

afterAll(async () => {
  await service.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

type Steps = CommandOutput<'testConnection'>;

async function test(changes: Partial<ConnectionForm> = {}): Promise<Steps> {
  const form = { url: server.url, room: 'standup', credentials: ownKey(), ...changes };
  const result = await service.run('testConnection', form);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function ownKey(): ConnectionForm['credentials'] {
  return { kind: 'apiKey', apiKey: server.apiKey, apiSecret: server.apiSecret };
}

async function tokenOf(grant: VideoGrant, ttl: number = 3_600): Promise<ConnectionForm['credentials']> {
  const token = new AccessToken(server.apiKey, server.apiSecret, { identity: 'ada', ttl });
  token.addGrant(grant);
  return { kind: 'token', token: await token.toJwt() };
}

function outcome(steps: Steps): Record<string, string> {
  return Object.fromEntries(steps.map(({ part, state, error }) => [part, error?.code ?? state]));
}

const ok = 'ok' as const;
const allOk = { address: ok, server: ok, livekit: ok, credentials: ok, access: ok };

/** What joining with the same form is refused with. */
async function refusalToJoin(changes: Partial<ConnectionForm>): Promise<unknown> {
  const form = { url: server.url, room: 'standup', credentials: ownKey(), ...changes };
  const result = await service.run('connect', { ...form, remembersSecret: false });
  return result.ok ? null : result.error;
}

it('tries a key and a token against livekit-server, and opens no room', async () => {
  expect(outcome(await test())).toMatchObject(allOk);
  const steps = await test({ credentials: await tokenOf({ roomJoin: true, room: 'standup' }), room: '' });
  expect(outcome(steps)).toMatchObject(allOk);
  expect(JSON.stringify(steps)).not.toContain(server.apiSecret);
  const { url } = server;
  expect(await service.run('listRooms', { url, credentials: ownKey() })).toEqual({ ok: true, value: [] });
  expect(service.state).toMatchObject({ recorder: 'idle', connection: 'disconnected', problem: null });
});

it('fails with what joining fails with', async () => {
  const wrong = { kind: 'apiKey', apiKey: server.apiKey, apiSecret: 'wrong'.repeat(8) } as const;
  const unknown = { ...wrong, apiKey: 'nobody' };
  for (const credentials of [wrong, unknown]) {
    const steps = await test({ credentials });
    const error = steps.find(({ part }) => part === 'access')?.error;
    expect(error?.code).toBe('unauthorized');
    expect(error).toEqual(await refusalToJoin({ credentials }));
  }
  // Which is known before a server is asked.
  const noJoin = await tokenOf({ room: 'standup' });
  const own = (await test({ credentials: noJoin })).find(({ part }) => part === 'credentials')?.error;
  expect(own?.message).toMatch(/roomJoin is missing/);
  expect(own).toEqual(await refusalToJoin({ credentials: noJoin }));
  const expired = await tokenOf({ roomJoin: true, room: 'standup' }, -3_600);
  expect(outcome(await test({ credentials: expired }))).toMatchObject({ credentials: 'tokenExpired' });
  // Nobody listens there.
  const url = 'ws://127.0.0.1:59';
  const gone = (await test({ url })).find(({ part }) => part === 'server');
  expect(gone?.error?.code).toBe('serverUnreachable');
  expect(gone?.error).toEqual(await refusalToJoin({ url }));
}, 60_000);
