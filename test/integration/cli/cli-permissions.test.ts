import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { manifestSchema } from '#engine/contract/manifest.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { jsonLines, RunningCommand } from '../../fixtures/command.js';

const room = 'strict';
let out: string;
let server: EmbeddedServer;
let people: SyntheticRoom;
let service: RoomServiceClient;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'plateau-permissions-'));
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  service = new RoomServiceClient(url.replace(/^ws/, 'http'), apiKey, apiSecret);
  people = await startSyntheticRoom({ url, apiKey, apiSecret, room, participants: [{ identity: 'ada' }] });
});

afterAll(async () => {
  await people.stop();
  await server.stop();
  await rm(out, { recursive: true, force: true });
});

it('a copied take says what the server has taken away from it, and lacks just that', async () => {
  const { url, apiKey, apiSecret } = server;
  const command = new RunningCommand(
    ['record', '--mode', 'copy', '--audio-only', '--room', room, '--json', '--out', out],
    { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
  );
  await command.says(/"trackSubscribed"/);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const there = await service.listParticipants(room);
  const sids = there.flatMap(({ tracks }) => tracks.map(({ sid }) => sid));
  const recorders = there.flatMap(({ identity, permission }) =>
    permission?.hidden === true ? [identity] : [],
  );
  const subscribe = (isSubscribed: boolean): Promise<unknown> =>
    Promise.all(recorders.map((identity) => service.updateSubscriptions(room, identity, sids, isSubscribed)));
  await subscribe(false);
  await command.says(/"trackWithheld"/);
  await subscribe(true);
  await command.says(/"trackSubscribed"[^]*"trackSubscribed"/);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  command.signal('SIGINT');
  const { code } = await command.ended;

  expect(code).toBe(7);
  const [take = ''] = await readdir(out);
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(out, take, 'manifest.json'), 'utf8')));
  await rm(join(out, take), { recursive: true });
  const [lacking, ...others] = manifest.notRecorded;
  expect(others).toEqual([]);
  expect(lacking).toMatchObject({ identity: 'ada', role: 'microphone', code: 'trackWithheld' });
  const awayMs = (lacking?.untilMs ?? NaN) - (lacking?.sinceMs ?? NaN);
  expect(awayMs).toBeGreaterThan(2_400);
  const [file] = manifest.files;
  expect(Math.abs((file?.audioLostMs ?? NaN) - awayMs)).toBeLessThan(300);
  expect(file?.gaps).toMatchObject([{ stream: 'audio', cause: 'neverArrived' }]);
}, 90_000);

it('permissions that are withdrawn in mid-take are told as the reason, and what lacks is listed', async () => {
  const { url, apiKey, apiSecret } = server;
  const allow = (identity: string, canSubscribe: boolean, canPublish: boolean): Promise<unknown> =>
    service.updateParticipant(room, identity, {
      permission: { canSubscribe, canPublish, hidden: identity === 'console' },
    });
  const token = new AccessToken(apiKey, apiSecret, { identity: 'console' });
  token.addGrant({ roomJoin: true, room, canPublish: false, hidden: true });
  const command = new RunningCommand(['record', '--audio-only', '--duration', '16', '--json', '--out', out], {
    LIVEKIT_URL: url,
    LIVEKIT_TOKEN: await token.toJwt(),
  });
  await command.says(/"takeStarted"|"trackSubscribed"/);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const withdrawnAt = Date.now();
  await allow('console', false, false);
  await command.says(/"trackWithheld"/);
  const toldAfterMs = Date.now() - withdrawnAt;
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await allow('console', true, false);
  // With a token that may not publish it only comes back with a new connection.
  await command.says(/it came after all|"reconnected"[^]*"trackSubscribed"/);
  await allow('ada', false, false);
  await command.says(/"publishingForbidden"/);
  const { code, stdout } = await command.ended;

  expect(toldAfterMs).toBeLessThan(3_000);
  const messages = jsonLines(stdout).map(({ message }) => message);
  expect(messages).toContain(
    'The microphone of ada is not received any more: the server does not let this recorder subscribe any more (canSubscribe).',
  );
  expect(messages).toContain('The server does not let ada publish the microphone any more: it ends here.');
  expect(code).toBe(7);
  const [take = ''] = await readdir(out);
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(out, take, 'manifest.json'), 'utf8')));
  const [lacking, ...others] = manifest.notRecorded;
  expect(others).toEqual([]);
  expect(lacking).toMatchObject({ identity: 'ada', role: 'microphone', code: 'trackWithheld' });
  expect((lacking?.untilMs ?? NaN) - (lacking?.sinceMs ?? NaN)).toBeGreaterThan(1_800);
}, 90_000);

it('permissions that are withdrawn are told as the reason of a copied take, too', async () => {
  const { url, apiKey, apiSecret } = server;
  const [copied, publishers] = ['strict-copy', ['ada', 'ben']];
  const both = publishers.map((identity) => ({ identity }));
  const those = await startSyntheticRoom({ url, apiKey, apiSecret, room: copied, participants: both });
  const allow = async (identity: string, canSubscribe: boolean, canPublish: boolean): Promise<void> => {
    const permission = { canSubscribe, canPublish, hidden: !publishers.includes(identity) };
    await service.updateParticipant(copied, identity, { permission });
  };
  try {
    const command = new RunningCommand(
      ['record', '--mode', 'copy', '--audio-only', '--room', copied, '--json', '--out', out],
      { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
    );
    await command.says(/"trackSubscribed"[^]*"trackSubscribed"/);
    await allow('ben', false, false);
    await command.says(/"publishingForbidden"/);
    const there = await service.listParticipants(copied);
    for (const { identity, permission } of there)
      if (permission?.hidden === true) await allow(identity, false, true);
    await command.says(/"trackWithheld"/);
    command.signal('SIGINT');
    const { code, stdout } = await command.ended;

    const messages = jsonLines(stdout).map(({ message }) => message);
    expect(messages).toContain('The server does not let ben publish the microphone any more: it ends here.');
    expect(messages).toContain(
      'The microphone of ada is not received any more: the server does not let this recorder subscribe any more (canSubscribe).',
    );
    expect(code).toBe(7);
  } finally {
    await those.stop();
  }
}, 90_000);
