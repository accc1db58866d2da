import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VideoCodec } from '@livekit/rtc-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { reachedSecond, RunningCommand } from '../../fixtures/command.js';
import { PlainParticipant } from '../../fixtures/plain-participant.js';

const camera = { width: 320, height: 180, fps: 30, color: [120, 60, 200] } as const;

let server: EmbeddedServer;
let root: string;

beforeAll(async () => {
  server = await startLivekitServer();
  root = await mkdtemp(join(tmpdir(), 'plateau-changed-codec-'));
});
afterAll(async () => {
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

it('keeps all of a camera that is published anew with another codec, and makes no file of what sent nothing', async () => {
  const { apiKey, apiSecret, url } = server;
  const room = { url, apiKey, apiSecret, room: 'codecs' };
  const ada = await PlainParticipant.join(room, 'ada');
  const vp8 = await ada.publishVideo(camera);
  const recording = new RunningCommand(
    ['record', '--room', room.room, '--out', root, '--mode', 'copy', '--duration', '8s', '--json'],
    { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
  );
  await recording.says(reachedSecond(2));
  const gone = vp8.unpublish();
  await ada.publishVideo({ ...camera, codec: VideoCodec.H264 });
  await gone;
  // It is gone before the first of it can arrive.
  const eve = await PlainParticipant.join(room, 'eve');
  await (await eve.publishTone(440)).unpublish();
  const { code, stdout } = await recording.ended;
  for (const person of [ada, eve]) await person.leave();
  const [name = ''] = await readdir(root);
  const { files } = await readManifest(join(root, name));
  const recorded = files.filter(({ identity }) => identity === 'ada');
  expect(recorded.map(({ file, videoCodec }) => [file, videoCodec])).toEqual([
    ['ada.mkv', 'vp8'],
    ['ada-camera-2.mkv', 'h264'],
  ]);
  expect(recorded[1]?.video.dropped.otherCodec).toBe(0);
  expect(recorded[1]?.video.written).toBeGreaterThan(60);
  // Whatever of hers came in time: a file without any of it is none.
  const written = files.filter(({ identity }) => identity === 'eve').map(({ audio }) => audio.written);
  expect(Math.min(1, ...written)).toBe(1);
  expect(await readdir(join(root, name))).toEqual(expect.arrayContaining(files.map(({ file }) => file)));
  expect((await readdir(join(root, name))).filter((file) => file.endsWith('.mkv'))).toHaveLength(
    files.length,
  );
  // A busy machine may lose some of it, which is another thing.
  expect([0, 8], stdout).toContain(code);
}, 60_000);
