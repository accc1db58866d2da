import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { TakesLibrary } from '#engine/console/takes-library.js';
import type { Manifest } from '#engine/contract/manifest.js';
import { profiles } from '#engine/contract/profile.js';
import type { Snapshot } from '#engine/contract/snapshot.js';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { analyseTakeContent, type TakeContent } from '#engine/lab/content/take-content.js';
import { Recorder } from '#engine/recorder/recorder.js';
import { recoverTake } from '#engine/recovery/recover-take.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { shareClipRoom } from '../../fixtures/clip-room.js';
import { receiverPids } from '../../fixtures/receiver-pids.js';
import { untilSnapshot } from '../../fixtures/until-snapshot.js';

const room = 'continued';
const camera = { width: 640, height: 360, fps: 30 };

const shared = shareClipRoom(room, camera);

interface Numbered {
  readonly counter: number;
  readonly takeMs: number;
}

/** Frames of a part by their numbers, with their times on the take's timeline. */
function numbered({ frames }: TakeContent, startMs: number): Numbered[] {
  return frames.flatMap(({ counter, ptsMs }) =>
    counter === null ? [] : [{ counter, takeMs: startMs + ptsMs }],
  );
}

interface Handover {
  readonly before: Manifest['files'][number];
  readonly after: Manifest['files'][number];
  readonly contents: readonly TakeContent[];
}

/** The last encoded and the first copied file of somebody. */
async function handoverOf(folder: string, { files }: Manifest, identity: string): Promise<Handover> {
  const own = files.filter((file) => file.identity === identity);
  expect(own).toHaveLength(2);
  const before = own.find(({ copy }) => copy === undefined);
  const after = own.find(({ copy }) => copy !== undefined);
  if (before === undefined || after === undefined) throw new Error('There have to be two.');
  const contents = await Promise.all(
    [before, after].map(({ file }) => analyseTakeContent(join(folder, file), { frames: [camera] })),
  );
  return { before, after, contents };
}

/** Nothing is in neither file, and what is in both stands at one time. */
function expectSeamless({ after, contents: [one, two] }: Handover): void {
  if (one === undefined || two === undefined) throw new Error('There have to be two.');
  const first = numbered(one, 0);
  const second = numbered(two, after.part?.startMs ?? NaN);
  expect(second[0]?.takeMs).toBeLessThan(first.at(-1)?.takeMs ?? 0);
  const apart = second.flatMap(({ counter, takeMs }) => {
    const same = first.find((frame) => frame.counter === counter && Math.abs(frame.takeMs - takeMs) < 1_000);
    return same === undefined ? [] : [takeMs - same.takeMs];
  });
  expect(apart.length).toBeGreaterThan(10);
  // A frame of constant rate stands in a slot.
  expect(Math.max(...apart.map(Math.abs))).toBeLessThan(1_000 / camera.fps + 5);
  for (const { offset } of [one, two]) expect(Math.abs(offset?.medianMs ?? Infinity)).toBeLessThan(45);
}

it('a take that is encoded goes on copied: nothing is in neither part, and both stand on one timeline', async () => {
  const { url, apiKey, apiSecret } = shared.server;
  const recorder = new Recorder();
  await recorder.connect(
    { url, room, credentials: { apiKey, apiSecret }, mediaKeys: null },
    { participants: null, audioOnly: false },
  );
  const outputFolder = await mkdtemp(join(shared.root, 'take-'));
  const folder = await recorder.startTake({
    ...{ outputFolder, profile: profiles.source, audioOnly: false, participants: null },
  });
  await untilSnapshot(recorder, ({ takeMs, sinks }) => sinks.length === 2 && (takeMs ?? 0) > 4_000);
  const { part, takeMs: fromMs } = await recorder.continueCopied();
  expect(part).toBe(2);
  expect(recorder.take?.mode).toBe('copy');
  await vi.waitFor(() => expect(recorder.encoders).toEqual([]));
  await expect(recorder.continueCopied()).rejects.toMatchObject({ code: 'invalidState' });
  const now = recorder.snapshot().takeMs ?? 0;
  await untilSnapshot(recorder, ({ takeMs }) => (takeMs ?? 0) > now + 4_000);
  // What was encoded is finished while the take goes on.
  await vi.waitFor(
    async () => {
      const { files } = await readManifest(folder);
      expect(
        files
          .filter(({ state }) => state === 'verified')
          .map(({ file }) => file)
          .toSorted(),
      ).toEqual(['ada.mp4', 'bob.mp4']);
    },
    { timeout: 30_000, interval: 200 },
  );
  const manifest = await recorder.stopTake();
  await recorder.disconnect();
  expect((await readdir(folder)).filter((name) => /\.m(kv|p4)$/.test(name)).toSorted()).toEqual([
    'ada-part2.mkv',
    'ada.mp4',
    'bob-part2.mkv',
    'bob.mp4',
  ]);
  for (const identity of ['ada', 'bob']) {
    const seam = await handoverOf(folder, manifest, identity);
    expectSeamless(seam);
    expect(seam.before.part).toMatchObject({ number: 1, startMs: 0 });
    expect(seam.after.part).toEqual({ number: 2, startMs: Math.round(fromMs), endMs: null });
  }
  const notVerified = manifest.files.filter(({ state }) => state !== 'verified');
  expect(notVerified.map(({ file, problem, state }) => ({ file, problem, state }))).toEqual([]);
  const [entry] = await new TakesLibrary(outputFolder, () => null).list();
  expect(entry).toMatchObject({ mode: 'copy', copiedFromPart: 2, condition: 'verified' });
  const { files, ok } = await verifyTake(folder, 'full');
  expect({ ok, findings: files.flatMap(({ findings }) => findings) }).toEqual({ ok: true, findings: [] });
}, 120_000);

it('stays on one timeline when it is paused before it goes over, and behind that', async () => {
  const { url, apiKey, apiSecret } = shared.server;
  const recorder = new Recorder();
  await recorder.connect(
    { url, room, credentials: { apiKey, apiSecret }, mediaKeys: null },
    { participants: null, audioOnly: false },
  );
  const outputFolder = await mkdtemp(join(shared.root, 'paused-'));
  const folder = await recorder.startTake({
    ...{ outputFolder, profile: profiles.source, audioOnly: false, participants: null },
  });
  const pausedFor = async (ms: number): Promise<void> => {
    const before = recorder.take?.pausedMs ?? 0;
    await recorder.setPaused(true);
    await untilSnapshot(recorder, ({ pausedMs }) => (pausedMs ?? 0) > before + ms);
    await recorder.setPaused(false);
  };
  const reaches = (ms: number): Promise<Snapshot> =>
    untilSnapshot(recorder, ({ sinks, takeMs }) => sinks.length === 2 && (takeMs ?? 0) > ms);
  await reaches(3_000);
  await pausedFor(1_200);
  await reaches(5_500);
  const { takeMs: fromMs } = await recorder.continueCopied();
  await untilSnapshot(recorder, ({ takeMs }) => (takeMs ?? 0) > fromMs + 6_000);
  await pausedFor(1_500);
  const resumedMs = recorder.snapshot().takeMs ?? 0;
  await untilSnapshot(recorder, ({ takeMs }) => (takeMs ?? 0) > resumedMs + 4_000);
  const manifest = await recorder.stopTake();
  await recorder.disconnect();
  const [, second] = manifest.pauses ?? [];
  if (second === undefined) throw new Error('It was paused twice.');
  for (const identity of ['ada', 'bob']) {
    const seam = await handoverOf(folder, manifest, identity);
    expectSeamless(seam);
    const { after, contents } = seam;
    const startMs = after.part?.startMs ?? NaN;
    const behind = (ms: number): boolean => startMs + ms > second.takeMs;
    const offsets = (contents[1]?.pairs ?? []).map(({ flashMs, offsetMs }) => ({
      isBehind: behind(flashMs),
      offsetMs,
    }));
    const medianOf = (isBehind: boolean): number =>
      offsets
        .filter((one) => one.isBehind === isBehind)
        .map(({ offsetMs }) => offsetMs)
        .toSorted((one, other) => one - other)[1] ?? NaN;
    expect(Math.abs(medianOf(true) - medianOf(false))).toBeLessThan(10);
    expect(after.video.dropped.paused).toBeGreaterThan(30);
    expect(after.gaps).toEqual([]);
  }
  const { files, ok } = await verifyTake(folder, 'full');
  expect({ ok, findings: files.flatMap(({ findings }) => findings) }).toEqual({ ok: true, findings: [] });
}, 120_000);

it('goes on encoded when the process that takes over is killed, goes over by another one, and survives its end too', async () => {
  const { url, apiKey, apiSecret } = shared.server;
  const recorder = new Recorder();
  const events: string[] = [];
  let killAt: string | null = 'copyBegins';
  recorder.on('event', ({ name }) => {
    events.push(name);
    if (name !== killAt) return;
    killAt = null;
    void receiverPids().then(([pid]) => process.kill(pid ?? NaN, 'SIGKILL'));
  });
  await recorder.connect(
    { url, room, credentials: { apiKey, apiSecret }, mediaKeys: null },
    { participants: null, audioOnly: false },
  );
  const outputFolder = await mkdtemp(join(shared.root, 'gone-'));
  const folder = await recorder.startTake({
    ...{ outputFolder, profile: profiles.source, audioOnly: false, participants: null },
  });
  await untilSnapshot(recorder, ({ sinks, takeMs }) => sinks.length === 2 && (takeMs ?? 0) > 3_000);
  await expect(recorder.continueCopied()).rejects.toMatchObject({ code: 'receiverEnded' });
  expect(events).toContain('copyGivenUp');
  expect([recorder.take?.mode, recorder.problem]).toEqual(['encode', null]);
  // Nothing of the one that was killed stays.
  await vi.waitFor(
    async () => expect((await readdir(folder)).filter((name) => name.includes('mkv'))).toEqual([]),
    { timeout: 20_000, interval: 100 },
  );
  const goesOnMs = recorder.snapshot().takeMs ?? 0;
  await untilSnapshot(recorder, ({ takeMs }) => (takeMs ?? 0) > goesOnMs + 1_500);
  expect((await recorder.continueCopied()).part).toBe(2);
  const copiedMs = recorder.snapshot().takeMs ?? 0;
  await untilSnapshot(recorder, ({ takeMs }) => (takeMs ?? 0) > copiedMs + 3_000);
  const [pid] = await receiverPids();
  process.kill(pid ?? NaN, 'SIGKILL');
  await untilSnapshot(recorder, ({ sinks }) => {
    const again = sinks.filter(({ file }) => file.includes('part3'));
    return (
      again.length === 2 && again.every(({ video }) => (video?.accounting.written ?? 0) > 2 * camera.fps)
    );
  });
  // While the take goes on, what is shown of those is what is in them.
  const shown = await vi.waitFor(
    async () => {
      const killed = (await readManifest(folder)).files.filter(({ part }) => part?.number === 2);
      expect(killed.map(({ state }) => state)).toEqual(['verified', 'verified']);
      return recorder.snapshot().sinks.filter(({ file }) => file.includes('part2'));
    },
    { timeout: 20_000, interval: 100 },
  );
  const manifest = await recorder.stopTake();
  await recorder.disconnect();
  expect(manifest).toMatchObject({ state: 'complete', problem: null });
  const { files, notRecorded } = manifest;
  for (const identity of ['ada', 'bob']) {
    const last = files.filter((file) => file.identity === identity && file.part?.number === 3);
    expect(last).toMatchObject([{ state: 'verified', stamps: { intact: { isEarned: true } } }]);
    const upToThen = files.filter(({ part }) => part?.number !== 3);
    expectSeamless(await handoverOf(folder, { ...manifest, files: upToThen }, identity));
  }
  // The account of what the process was killed with is what is in its files.
  for (const entry of files.filter(({ part }) => part?.number === 2)) {
    const { copy, file, stamps, state } = entry;
    const { audio, video } = stamps?.intact.packets ?? {};
    const inFile = { state, video: video?.packets, audio: audio?.packets };
    const counted = ({ filled, written }: { readonly filled: number; readonly written: number }): number =>
      filled + written;
    if (copy === undefined) throw new Error(`${file} was copied.`);
    const told = { video: counted(copy.video.frames), audio: counted(copy.audio.frames) };
    expect(inFile).toEqual({ state: 'verified', ...told });
    expect(shown.find((sink) => sink.file === file)).toMatchObject({
      ...{ video: { accounting: entry.video }, audio: { accounting: entry.audio } },
      copy: { video: { frames: copy.video.frames }, audio: { frames: copy.audio.frames } },
    });
  }
  // Up to the first of each that is in a file again.
  for (const { identity, role, sinceMs, untilMs } of notRecorded) {
    const again = files.find((file) => file.identity === identity && file.part?.number === 3);
    const stream = role === 'camera' ? again?.copy?.video : again?.copy?.audio;
    expect({ sinceMs, untilMs }).toEqual({ sinceMs: again?.part?.startMs, untilMs: stream?.sent?.fromMs });
  }
  // Only what was sent while nothing received it is said to be in no file.
  expect(notRecorded.map(({ code, identity, role }) => `${identity} ${role} ${code}`).toSorted()).toEqual([
    'ada camera receiverEnded',
    'ada microphone receiverEnded',
    'bob camera receiverEnded',
    'bob microphone receiverEnded',
  ]);
}, 120_000);

/** Records the room, goes over to copy mode, and says each event of the log on a line. */
const program = `
  const { Recorder } = await import(process.argv[1] + 'recorder/recorder.js');
  const { profiles } = await import(process.argv[1] + 'contract/profile.js');
  const { url, room, apiKey, apiSecret, outputFolder } = JSON.parse(process.argv[2]);
  const recorder = new Recorder();
  recorder.on('event', ({ name }) => console.log(name));
  const source = { url, room, credentials: { apiKey, apiSecret }, mediaKeys: null };
  await recorder.connect(source, { participants: null, audioOnly: false });
  await recorder.startTake({ outputFolder, profile: profiles.source, audioOnly: false, participants: null });
  setTimeout(() => recorder.continueCopied(), 3_000);
`;

it.each([
  { killedWhen: 'copyBegins', thenMs: 1_000, isBoth: true },
  { killedWhen: 'takeCopied', thenMs: 2_500, isBoth: false },
])(
  'is recovered with both when it is killed after $killedWhen',
  async ({ isBoth, killedWhen, thenMs }) => {
    const outputFolder = await mkdtemp(join(shared.root, 'killed-'));
    const { url, apiKey, apiSecret } = shared.server;
    const engine = new URL('../../../dist/src-main/', import.meta.url).href;
    const options = JSON.stringify({ url, room, apiKey, apiSecret, outputFolder });
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, engine, options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      if (line !== killedWhen) continue;
      await wait(thenMs);
      child.kill('SIGKILL');
    }
    await ended;
    const [name = ''] = await readdir(outputFolder);
    const folder = join(outputFolder, name);
    // Its process ends the copied files by itself, within five seconds.
    const recovered = await vi.waitFor(() => recoverTake(folder), { timeout: 20_000, interval: 500 });
    expect(recovered.outcome).toBe('recovered');
    expect(recovered.manifest.recovered?.lostMs).toBeLessThan(1_000);
    for (const identity of ['ada', 'bob']) {
      const seam = await handoverOf(folder, recovered.manifest, identity);
      for (const { state } of [seam.before, seam.after]) expect(state).toBe('verified');
      if (!isBoth) expectSeamless(seam);
    }
    expect((await verifyTake(folder, 'full')).ok).toBe(true);
  },
  120_000,
);
