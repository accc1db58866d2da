import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unaccountedFrames } from '#engine/contract/drop-causes.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { openBrowserConsole } from '../../fixtures/browser-console.js';

const run = promisify(execFile);

let server: EmbeddedServer;
let room: SyntheticRoom;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-at-once-'));
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  room = await startSyntheticRoom({
    ...{ url, apiKey, apiSecret },
    room: 'studio',
    participants: [{ identity: 'ada', camera: { width: 320, height: 180, fps: 15 } }],
  });
});

afterAll(async () => {
  await room.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Encoders of this process, whatever they do. */
async function encoders(): Promise<number> {
  const { stdout } = await run('ps', ['-eo', 'ppid=,stat=,args=']);
  const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  return lines.filter(
    ([parent, state = '', ...args]) =>
      Number(parent) === process.pid && !state.startsWith('Z') && args.join(' ').includes('-i pipe:0'),
  ).length;
}

it('has one take, whatever is asked for at once, and leaves no encoder and no open account', async () => {
  const out = join(folder, 'takes');
  const service = await openBrowserConsole(folder, '', out);
  const { url, apiKey, apiSecret } = server;
  const source = { url, room: 'studio', credentials: { kind: 'apiKey', apiKey, apiSecret } as const };
  expect(await service.run('connect', { ...source, remembersSecret: false })).toMatchObject({ ok: true });
  const told = (): Promise<void> =>
    new Promise((resolve) => {
      const stop = service.subscribe(() => {
        stop();
        resolve();
      });
    });
  const hasEncoder = async (): Promise<void> => {
    while (service.state.recorder === 'recording' && (await encoders()) === 0) await told();
  };

  // Three consoles press at once; then somebody leaves in the middle of a start; then a stop meets a start.
  const starts = await Promise.all([1, 2, 3].map(() => service.run('startTake', {})));
  expect(starts.map(({ ok }) => ok)).toEqual([true, false, false]);
  await hasEncoder();
  expect(await encoders()).toBe(1);
  const [stopped, tooEarly, leaving] = await Promise.all([
    service.run('stopTake', {}),
    service.run('startTake', {}),
    service.run('disconnect', {}),
  ]);
  expect([stopped.ok, tooEarly.ok, leaving.ok]).toEqual([true, false, false]);
  const [started, left] = await Promise.all([service.run('startTake', {}), service.run('disconnect', {})]);
  expect([started, left]).toMatchObject([{ ok: true }, { ok: false, error: { code: 'invalidState' } }]);
  await hasEncoder();
  const [ended] = await Promise.all([service.run('stopTake', {}), service.run('startTake', {})]);
  expect(ended).toMatchObject({ ok: true });

  // The program has to end in the middle of a start.
  const last = service.run('startTake', {});
  await service.close();
  const begun = await last;
  // Nothing begins any more: a start whose turn had not come is refused, and one that a busy machine does not get done within
  // three seconds of the end is given up.
  expect(begun.ok || begun.error.code).toBeOneOf([true, 'invalidState', 'outputUnwritable']);
  expect(service.state.recorder).toBe('idle');
  expect(await encoders()).toBe(0);

  const names = await readdir(out);
  expect(names.length).toBeOneOf(begun.ok ? [3] : [2, 3]);
  const manifests = await Promise.all(names.map((name) => readManifest(join(out, name))));
  // Of one that was given up a folder may be there, with a take in it that has ended as well.
  const kept = manifests.filter(({ state }) => state === 'complete');
  expect(kept.length).toBeGreaterThanOrEqual(begun.ok ? 3 : 2);
  for (const { video, audio } of manifests.flatMap(({ files }) => files)) {
    expect([video.queued, unaccountedFrames(video), audio.queued, unaccountedFrames(audio)]).toEqual([
      0, 0, 0, 0,
    ]);
  }
});
