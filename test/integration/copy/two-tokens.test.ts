import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { runCommand } from '../../fixtures/command.js';

const room = 'tokens';

let root: string;
let server: EmbeddedServer;
let people: SyntheticRoom;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-tokens-'));
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  people = await startSyntheticRoom({
    ...{ url, apiKey, apiSecret, room },
    participants: [{ identity: 'ada', publisher: 'clip', camera: { width: 320, height: 180, fps: 30 } }],
  });
});

afterAll(async () => {
  await people.stop();
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

async function tokenOf(identity: string): Promise<string> {
  const token = new AccessToken(server.apiKey, server.apiSecret, { identity, ttl: 60 });
  token.addGrant({ roomJoin: true, room, canSubscribe: true, canPublish: false });
  return token.toJwt();
}

const record = async (out: string, environment: Record<string, string>) =>
  runCommand(['record', '--out', join(root, out), '--mode', 'copy', '--duration', '4s'], {
    LIVEKIT_URL: server.url,
    ...environment,
  });

it('records as it was sent with two tokens, none of which may publish or is hidden', async () => {
  const tokens = { LIVEKIT_TOKEN: await tokenOf('one'), LIVEKIT_COPY_TOKEN: await tokenOf('two') };
  const { code, stderr, stdout } = await record('two', tokens);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  for (const token of Object.values(tokens)) expect(stdout + stderr).not.toContain(token);
  const [name] = await readdir(join(root, 'two'));
  const folder = join(root, 'two', name ?? '');
  const manifest = await readManifest(folder);
  expect(manifest.mode).toBe('copy');
  expect(manifest.files.map(({ file, stamps }) => [file, stamps?.complete.isEarned])).toEqual([
    ['ada.mkv', true],
  ]);
  expect((await verifyTake(folder, 'full')).ok).toBe(true);
}, 60_000);

it('refuses one token, and two of one identity, before it joins', async () => {
  const one = await record('one', { LIVEKIT_TOKEN: await tokenOf('one') });
  expect([one.code, one.stderr]).toEqual([2, expect.stringContaining('--copy-token')]);
  const tokens = { LIVEKIT_TOKEN: await tokenOf('one'), LIVEKIT_COPY_TOKEN: await tokenOf('one') };
  const same = await record('same', tokens);
  expect([same.code, same.stderr]).toEqual([2, expect.stringContaining('both of one')]);
  expect(await readdir(root)).not.toContain('same');
}, 60_000);
