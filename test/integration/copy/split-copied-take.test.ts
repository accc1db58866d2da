import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { lostFrames, unaccountedFrames } from '#engine/contract/drop-causes.js';
import { lostPackets } from '#engine/contract/loss-account.js';
import type { Manifest } from '#engine/contract/manifest.js';
import { copyProfile } from '#engine/contract/profile.js';
import type { Snapshot } from '#engine/contract/snapshot.js';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { analyseTakeContent, type TakeContent } from '#engine/lab/content/take-content.js';
import { Recorder } from '#engine/recorder/recorder.js';
import { recoverTake } from '#engine/recovery/recover-take.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { shareClipRoom } from '../../fixtures/clip-room.js';
import { RunningCommand } from '../../fixtures/command.js';
import { untilSnapshot } from '../../fixtures/until-snapshot.js';

const room = 'split';
const camera = { width: 640, height: 360, fps: 30 };
const frameMs = 1_000 / camera.fps;

const shared = shareClipRoom(room, camera);

const ofPerson = (manifest: Manifest, identity: string): Manifest['files'] =>
  manifest.files
    .filter((file) => file.identity === identity)
    .toSorted((one, other) => (one.part?.number ?? 1) - (other.part?.number ?? 1));

/** Both parts hold what came, once, and nothing stands between them. */
function expectWhole(files: Manifest['files'], contents: readonly TakeContent[]): void {
  for (const file of files) {
    if (file.copy === undefined) throw new Error('It is no copied file.');
    expect(unaccountedCopies(file.copy.video) + unaccountedCopies(file.copy.audio)).toBe(0);
    expect(unaccountedFrames(file.video) + unaccountedFrames(file.audio)).toBe(0);
    const { problem, stamps, state } = file;
    const isIntact = stamps?.intact.isEarned;
    expect({ problem, state, isIntact }).toEqual({ problem: null, state: 'verified', isIntact: true });
    expect(file.stamps?.complete.isEarned).toBe(lostPackets(file.copy) === 0);
  }
  const counters = contents.flatMap(({ frames }) => frames.flatMap(({ counter }) => counter ?? []));
  const written = files.reduce((sum, { copy }) => sum + (copy?.video.frames.written ?? 0), 0);
  expect(counters).toHaveLength(written);
  // Each number of the clip once, in order: what the network lost is counted. A clip begins anew with 0.
  const missing = counters.slice(1).map((counter, index) => counter - (counters[index] ?? 0) - 1);
  const lost = files.reduce(
    (sum, { missedFrames, video }) => sum + missedFrames + lostFrames(video.dropped),
    0,
  );
  expect(missing.filter((count) => count === -1)).toEqual([]);
  expect(missing.filter((count) => count > 0).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(
    lost,
  );
}

it('is cut at a key frame: each frame stands once in two files that are proven, in sync, and without a gap between', async () => {
  const { url, apiKey, apiSecret } = shared.server;
  const recorder = new Recorder();
  const source = { url, room, credentials: { apiKey, apiSecret }, mediaKeys: null };
  await recorder.connect(source, { participants: null, audioOnly: false, mode: 'copy' });
  const outputFolder = await mkdtemp(join(shared.root, 'take-'));
  const folder = await recorder.startTake({
    ...{ outputFolder, profile: copyProfile, mode: 'copy', audioOnly: false, participants: null },
  });
  const hasFrames = ({ sinks }: Snapshot): boolean =>
    sinks.length === 2 && sinks.every(({ video }) => (video?.accounting.written ?? 0) > 2.5 * camera.fps);
  await untilSnapshot(recorder, hasFrames);
  const { part, takeMs } = await recorder.splitTake();
  expect(part).toBe(2);
  const goesOn = await untilSnapshot(recorder, ({ sinks }) =>
    sinks.every(({ file }) => file.endsWith('-part2.mkv')),
  );
  await untilSnapshot(recorder, (now) => (now.takeMs ?? 0) > (goesOn.takeMs ?? 0) + 3_000);
  // The first part is finished while the second one is recorded.
  await vi.waitFor(
    async () => {
      const { files } = await readManifest(folder);
      expect(files.filter(({ state }) => state === 'verified')).toHaveLength(2);
    },
    { timeout: 30_000, interval: 200 },
  );
  const manifest = await recorder.stopTake();
  await recorder.disconnect();
  expect((await readdir(folder)).filter((name) => name.endsWith('.mkv')).toSorted()).toEqual([
    'ada-part2.mkv',
    'ada.mkv',
    'bob-part2.mkv',
    'bob.mkv',
  ]);
  for (const identity of ['ada', 'bob']) {
    const files = ofPerson(manifest, identity);
    const [one, two] = files;
    if (one?.part === undefined || two?.part === undefined) throw new Error('There have to be two parts.');
    const contents = await Promise.all(
      files.map(({ file }) => analyseTakeContent(join(folder, file), { frames: [camera] })),
    );
    expectWhole(files, contents);
    // Asked for at once, the key frame is there in a moment; one part ends where the other begins.
    expect(one.part.endMs).toBe(two.part.startMs);
    expect(two.part.startMs).toBeGreaterThanOrEqual(takeMs - 25);
    expect(two.part.startMs - takeMs).toBeLessThan(3_000);
    // As many milliseconds of audio as the parts are long: nothing was left out or put between.
    const audioMs = (file: (typeof files)[number]): number => file.audio.written * 10 + file.audioSilenceMs;
    expect(Math.abs(audioMs(one) - (one.part.endMs ?? 0))).toBeLessThan(12);
    const [first, second] = contents;
    expect(second?.frames[0]?.counter).not.toBeNull();
    expect(second?.frames[0]?.ptsMs).toBeLessThanOrEqual(21);
    const lastMs = first?.frames.at(-1)?.ptsMs ?? 0;
    const nextMs = two.part.startMs + (second?.frames[0]?.ptsMs ?? 0);
    if (one.missedFrames + lostFrames(one.video.dropped) === 0)
      expect(nextMs - lastMs).toBeLessThan(3 * frameMs);
    for (const content of contents) expect(Math.abs(content.offset?.medianMs ?? Infinity)).toBeLessThan(45);
  }
  const { files, ok } = await verifyTake(folder, 'full');
  expect({ ok, findings: files.flatMap(({ findings }) => findings) }).toEqual({ ok: true, findings: [] });
}, 120_000);

it('is recovered with all of its parts when the recorder is killed in the second one', async () => {
  const out = await mkdtemp(join(shared.root, 'killed-'));
  const command = new RunningCommand(
    ['record', '--room', room, '--out', out, '--mode', 'copy', '--split-every', '10s', '--json'],
    {
      LIVEKIT_URL: shared.server.url,
      LIVEKIT_API_KEY: shared.server.apiKey,
      LIVEKIT_API_SECRET: shared.server.apiSecret,
    },
  );
  const folder = await vi.waitFor(
    async () => {
      const [name] = await readdir(out);
      const names = await readdir(join(out, name ?? 'none'));
      expect(names.filter((one) => one.endsWith('-part2.mkv'))).toHaveLength(2);
      return join(out, name ?? '');
    },
    { timeout: 40_000, interval: 200 },
  );
  await vi.waitFor(
    async () => {
      const { files } = await readManifest(folder);
      expect(files.filter(({ part }) => part?.number === 2)).toHaveLength(2);
    },
    { timeout: 10_000, interval: 100 },
  );
  command.signal('SIGKILL');
  await command.ended.catch(() => undefined);
  // Its process ends the files by itself, within five seconds.
  const recovered = await vi.waitFor(() => recoverTake(folder), { timeout: 20_000, interval: 500 });
  expect(recovered.outcome).toBe('recovered');
  for (const identity of ['ada', 'bob']) {
    const files = ofPerson(recovered.manifest, identity);
    expect(files.map(({ part }) => part?.number)).toEqual([1, 2]);
    const contents = await Promise.all(
      files.map(({ file }) => analyseTakeContent(join(folder, file), { frames: [camera] })),
    );
    expectWhole(files, contents);
    expect(Math.abs((files[1]?.part?.startMs ?? 0) - 10_000)).toBeLessThan(3_000);
  }
  expect(recovered.manifest.recovered?.lostMs).toBe(0);
  expect((await verifyTake(folder, 'full')).ok).toBe(true);
}, 120_000);
