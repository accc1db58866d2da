import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { lostFrames, unaccountedFrames } from '#engine/contract/drop-causes.js';
import type { Manifest } from '#engine/contract/manifest.js';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { analyseTakeContent, type TakeContent } from '#engine/lab/content/take-content.js';
import { startSyntheticRoom, type SyntheticRoom } from '#engine/lab/room/synthetic-room.js';
import { type EmbeddedServer, startLivekitServer } from '#engine/lab/server/livekit-server.js';
import { recoverTake } from '#engine/recovery/recover-take.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { runCommand, RunningCommand } from '../../fixtures/command.js';

const room = 'paused';
/** A clip that sends every frame, and a real encoder, which may leave some out. */
const cameras = {
  ada: { width: 640, height: 360, fps: 30 },
  bob: { width: 320, height: 180, fps: 30 },
} as const;
const frameMs = 1_000 / 30;
const people = ['ada', 'bob'] as const;

let root: string;
let server: EmbeddedServer;
let publishers: SyntheticRoom;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-paused-'));
  server = await startLivekitServer();
  const { url, apiKey, apiSecret } = server;
  publishers = await startSyntheticRoom({
    ...{ url, apiKey, apiSecret, room },
    participants: [
      { identity: 'ada', publisher: 'clip', camera: { ...cameras.ada } },
      { identity: 'bob', publisher: 'libwebrtc', camera: { ...cameras.bob } },
    ],
  });
});

afterAll(async () => {
  await publishers.stop();
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

/** The command, and what it says of its take from a moment on. */
async function recording(): Promise<{
  readonly command: RunningCommand;
  readonly folder: () => Promise<string>;
  readonly reaches: (takeMs: number) => Promise<unknown>;
}> {
  const out = await mkdtemp(join(root, 'take-'));
  const command = new RunningCommand(['record', '--room', room, '--out', out, '--mode', 'copy', '--json'], {
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  });
  return {
    command,
    folder: async () => join(out, (await readdir(out))[0] ?? ''),
    // The first one that stands there or beyond.
    reaches: (takeMs) => {
      const from = Math.floor(takeMs / 1_000);
      const seconds = Array.from({ length: 4 }, (_, index) => from + index).join('|');
      return command.says(new RegExp(`"type":"snapshot".*"takeMs":(${seconds})\\d{3}\\b`));
    },
  };
}

const pausesAs = (command: RunningCommand, name: 'takePaused' | 'takeResumed'): Promise<unknown> => {
  command.signal('SIGUSR2');
  return command.says(new RegExp(`"name":"${name}"`));
};

function fileOf({ files }: Manifest, identity: string): Manifest['files'][number] {
  const file = files.find((one) => one.identity === identity);
  if (file?.copy === undefined) throw new Error(`There is no copied file of ${identity}.`);
  return file;
}

/** Pairs of flash and beep that lie wholly on one side of the pause. */
function offsetsOf({ pairs }: TakeContent, isMeant: (ms: number) => boolean): number[] {
  return pairs
    .filter(({ beepMs, flashMs }) => isMeant(beepMs) && isMeant(flashMs))
    .map(({ offsetMs }) => offsetMs);
}

/** How far the first ones behind a pause are from the last ones before it: a sender's own clocks slide by as much in ten seconds. */
const movedOf = (before: readonly number[], behind: readonly number[]): number =>
  Math.min(...before.slice(-2).flatMap((one) => behind.slice(0, 2).map((other) => Math.abs(other - one))));

const medianOf = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? NaN;

/** Both sums, each number once, and none of the pause. @returns what it holds */
async function expectPaused(
  folder: string,
  identity: (typeof people)[number],
  manifest: Manifest,
  pause: { readonly takeMs: number; readonly lengthMs: number },
): Promise<TakeContent> {
  const file = fileOf(manifest, identity);
  const { copy, stamps, video, audio } = file;
  if (copy === undefined) throw new Error('It is no copied file.');
  expect(unaccountedCopies(copy.video) + unaccountedCopies(copy.audio)).toBe(0);
  expect(unaccountedFrames(video) + unaccountedFrames(audio)).toBe(0);
  expect(stamps?.intact.isEarned).toBe(true);
  const content = await analyseTakeContent(join(folder, file.file), { frames: [cameras[identity]] });
  const shown = content.frames.filter(({ counter }) => counter !== null);
  expect(shown).toHaveLength(copy.video.frames.written);
  const steps = shown.slice(1).map(({ counter, ptsMs }, index) => ({
    ptsMs,
    step: (counter ?? 0) - (shown[index]?.counter ?? 0),
  }));
  expect(steps.filter(({ step }) => step === 0)).toEqual([]);
  // A clip begins anew with 0.
  const jumps = steps.filter(({ ptsMs, step }) => step > 1 && Math.abs(ptsMs - pause.takeMs) < 1_500);
  // What a busy encoder of a publisher leaves out nobody sends.
  if (identity === 'ada') expect(jumps.length).toBeLessThanOrEqual(1);
  const lost = file.missedFrames + lostFrames(video.dropped);
  const others = steps.filter(({ ptsMs, step }) => step > 1 && Math.abs(ptsMs - pause.takeMs) >= 1_500);
  if (identity === 'ada')
    expect(others.reduce((sum, { step }) => sum + step - 1, 0)).toBeLessThanOrEqual(lost);
  return content;
}

it('is paused and goes on: each frame of before and behind it once, in sync, proven, and as MP4 as well', async () => {
  const { command, folder: folderOf, reaches } = await recording();
  await reaches(7_000);
  await pausesAs(command, 'takePaused');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await pausesAs(command, 'takeResumed');
  await reaches(14_000);
  command.signal('SIGINT');
  expect((await command.ended).code).toBe(0);
  const folder = await folderOf();
  const manifest = await readManifest(folder);
  const [pause] = manifest.pauses ?? [];
  if (pause?.lengthMs === null || pause === undefined) throw new Error('It was not paused.');
  expect(pause.lengthMs).toBeGreaterThan(2_900);
  const lasted = Date.parse(manifest.stoppedAt ?? '') - Date.parse(manifest.startedAt);
  expect(lasted).toBeCloseTo((manifest.durationMs ?? NaN) + pause.lengthMs, -2);
  const { takeMs, lengthMs } = pause;
  for (const identity of people) {
    const file = fileOf(manifest, identity);
    const content = await expectPaused(folder, identity, manifest, { takeMs, lengthMs });
    expect(Math.abs((file.durationMs ?? NaN) - (manifest.durationMs ?? NaN))).toBeLessThan(60);
    const before = offsetsOf(content, (ms) => ms > 3_000 && ms < takeMs - 100);
    const behind = offsetsOf(content, (ms) => ms > takeMs + 400);
    const first = content.frames.find(({ ptsMs }) => ptsMs > takeMs);
    expect(movedOf(before, behind)).toBeLessThan(10);
    // Her clip is sent by its own clock.
    if (identity === 'ada') expect(Math.abs(medianOf(behind) - medianOf(before))).toBeLessThan(5);
    // Asked for at once.
    expect((first?.ptsMs ?? NaN) - takeMs).toBeLessThan(1_000);
    expect(file.video.dropped.paused).toBeGreaterThan((0.8 * lengthMs) / frameMs);
    expect(file.audio.dropped.paused).toBeGreaterThan((0.9 * lengthMs) / 10);
    expect(file.audio.dropped.paused).toBeLessThan((1.1 * lengthMs) / 10);
  }
  const { files, ok } = await verifyTake(folder, 'full');
  expect({ ok, findings: files.flatMap(({ findings }) => findings) }).toEqual({ ok: true, findings: [] });
  const delivered = await runCommand(['deliver', folder]);
  expect(delivered.code).toBe(0);
  for (const identity of people) {
    const content = await analyseTakeContent(join(folder, `${identity}.mp4`), {
      frames: [cameras[identity]],
    });
    expect(Math.abs(content.durationMs - (manifest.durationMs ?? NaN))).toBeLessThan(60);
    const [before, behind] = [
      offsetsOf(content, (ms) => ms > 3_000 && ms < takeMs - 100),
      offsetsOf(content, (ms) => ms > takeMs + 400),
    ];
    // Frames stand in slots of 33 ms.
    expect(movedOf(before, behind)).toBeLessThan(frameMs);
  }
}, 240_000);

it.each([
  ['while it is paused', false],
  ['after it goes on', true],
])(
  'is recovered with all that was recorded when the recorder is killed %s',
  async (_, goesOn) => {
    const { command, folder: folderOf, reaches } = await recording();
    await reaches(5_000);
    await pausesAs(command, 'takePaused');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    if (goesOn) {
      await pausesAs(command, 'takeResumed');
      await reaches(9_000);
    }
    command.signal('SIGKILL');
    await command.ended.catch(() => undefined);
    const folder = await folderOf();
    // Its process ends the files by itself, within five seconds.
    const recovered = await vi.waitFor(() => recoverTake(folder), { timeout: 20_000, interval: 500 });
    expect(recovered.outcome).toBe('recovered');
    const { manifest } = recovered;
    const [pause] = manifest.pauses ?? [];
    if (pause === undefined) throw new Error('It was not paused.');
    for (const identity of people)
      await expectPaused(folder, identity, manifest, { ...pause, lengthMs: pause.lengthMs ?? 0 });
    if (!goesOn) expect(Math.abs((manifest.durationMs ?? NaN) - pause.takeMs)).toBeLessThan(100);
    expect(manifest.recovered?.lostMs).toBe(0);
    expect((await verifyTake(folder, 'full')).ok).toBe(true);
  },
  120_000,
);
