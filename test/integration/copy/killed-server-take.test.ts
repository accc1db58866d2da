import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { unaccountedFrames } from '#engine/contract/drop-causes.js';
import { copyProfile } from '#engine/contract/profile.js';
import type { Snapshot } from '#engine/contract/snapshot.js';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { analyseTakeContent } from '#engine/lab/content/take-content.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { Recorder } from '#engine/recorder/recorder.js';
import { untilSnapshot } from '../../fixtures/until-snapshot.js';

const room = 'killed-server';
const camera = { width: 320, height: 180, fps: 30 };
/** A beep and its flash come each second: what is missing between two of them is known so well. */
const markEveryMs = 1_000;

let root: string;
let server: EmbeddedServer;
let people: SyntheticRoom;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-killed-server-'));
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  people = await startSyntheticRoom({
    ...{ url, apiKey, apiSecret, room },
    participants: [{ identity: 'ada', publisher: 'clip', camera }],
  });
});

afterAll(async () => {
  await people.stop();
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

const writtenIn = ({ sinks }: Snapshot): { readonly video: number; readonly audio: number } => ({
  video: sinks[0]?.video?.accounting.written ?? 0,
  audio: sinks[0]?.audio.accounting.written ?? 0,
});

it('lacks audio as well as video while a server that was killed is away, and says where', async () => {
  const { url, apiKey, apiSecret } = server;
  const recorder = new Recorder();
  const source = { url, room, credentials: { apiKey, apiSecret }, mediaKeys: null };
  await recorder.connect(source, { participants: null, audioOnly: false, mode: 'copy' });
  const folder = await recorder.startTake({
    ...{ outputFolder: root, profile: copyProfile, mode: 'copy', audioOnly: false, participants: null },
  });
  await untilSnapshot(recorder, (now) => writtenIn(now).video > 4 * camera.fps);
  await server.kill();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await server.restart();
  const before = writtenIn(await untilSnapshot(recorder, ({ takeMs }) => takeMs !== null));
  await untilSnapshot(recorder, (now) => {
    const { audio, video } = writtenIn(now);
    return audio > before.audio + 400 && video > before.video + 3 * camera.fps;
  });
  const manifest = await recorder.stopTake();
  await recorder.disconnect();
  const [file] = manifest.files;
  if (file?.copy === undefined) throw new Error('It is no copied file.');
  const content = await analyseTakeContent(join(folder, file.file), { frames: [camera] });
  const longest = content.silentIntervalsMs
    .filter(({ fromMs }) => fromMs > 2_000)
    .toSorted((one, other) => other.toMs - other.fromMs - (one.toMs - one.fromMs))[0];
  expect(longest).toBeDefined();
  for (const stream of ['audio', 'video'] as const) {
    const gaps = (file.gaps ?? []).filter((gap) => gap.stream === stream);
    expect({ stream, gaps: gaps.length }).toEqual({ stream, gaps: 1 });
    const [gap] = gaps;
    expect(Math.abs((gap?.atMs ?? NaN) - (longest?.fromMs ?? NaN))).toBeLessThan(markEveryMs);
    expect(Math.abs((gap?.atMs ?? NaN) + (gap?.durationMs ?? NaN) - (longest?.toMs ?? NaN))).toBeLessThan(
      markEveryMs,
    );
  }
  expect(unaccountedCopies(file.copy.video) + unaccountedCopies(file.copy.audio)).toBe(0);
  expect(unaccountedFrames(file.video) + unaccountedFrames(file.audio)).toBe(0);
  expect(file.stamps?.complete.isEarned).toBe(false);
  expect((await verifyTake(folder, 'full')).ok).toBe(true);
}, 180_000);
