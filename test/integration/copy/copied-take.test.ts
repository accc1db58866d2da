import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lostPackets, unaccountedCopies } from '#engine/contract/copy-account.js';
import { unaccountedFrames } from '#engine/contract/drop-causes.js';
import { type Manifest, manifestSchema } from '#engine/contract/manifest.js';
import { analyseTakeContent } from '#engine/lab/content/take-content.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { jsonLines, runCommand, RunningCommand } from '../../fixtures/command.js';

const camera = { width: 640, height: 360, fps: 30 };

let server: EmbeddedServer;
let room: SyntheticRoom;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-copied-'));
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  room = await startSyntheticRoom({
    ...{ url, apiKey, apiSecret, room: 'studio' },
    participants: [{ identity: 'ada', camera }],
  });
});

afterAll(async () => {
  await room.stop();
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

async function takeIn(out: string): Promise<{ folder: string; manifest: Manifest }> {
  const [name = ''] = await readdir(out);
  const folder = join(out, name);
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  return { folder, manifest };
}

it('records what was sent by the command, and says of it what is in the file', async () => {
  const environment = {
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  };
  const command = ['record', '--room', 'studio', '--out', root, '--mode', 'copy', '--duration', '4s', '--json'];
  const result = await new RunningCommand(command, environment).ended;
  console.log(result.stderr, result.stdout.slice(-3000));
  const { folder, manifest } = await takeIn(root);
  console.log(JSON.stringify(manifest, null, 1));
  expect(jsonLines(result.stdout).at(-1)).toMatchObject({ type: 'result', takeFolder: folder });
  const [file, ...others] = manifest.files;
  expect(others).toEqual([]);
  if (file?.copy === undefined) throw new Error('It is no copied take.');
  expect(manifest).toMatchObject({ mode: 'copy', state: 'complete' });

  const content = await analyseTakeContent(join(folder, file.file), { frames: [camera] });
  console.log(content.counters, content.offset, content.pairs, content.blackIntervalsMs, content.silentIntervalsMs);
  const verified = await runCommand(['verify', folder, '--json']);
  console.log(verified.stdout, verified.stderr);
  expect(lostPackets(file.copy)).toBe(0);
  expect(unaccountedFrames(file.video) + unaccountedCopies(file.copy.video)).toBe(0);
});
