import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { lostFrames, unaccountedFrames } from '#engine/contract/drop-causes.js';
import type { Manifest } from '#engine/contract/manifest.js';
import { copyProfile } from '#engine/contract/profile.js';
import type { Snapshot } from '#engine/contract/snapshot.js';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { analyseTakeContent, type TakeContent } from '#engine/lab/content/take-content.js';
import { Recorder } from '#engine/recorder/recorder.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { shareClipRoom } from '../../fixtures/clip-room.js';
import { untilSnapshot } from '../../fixtures/until-snapshot.js';

const room = 'replay';
const camera = { width: 640, height: 360, fps: 30 };
const seconds = 6;

const shared = shareClipRoom(room, camera);

interface Saved {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly contents: ReadonlyMap<string, TakeContent>;
}

async function save(recorder: Recorder, outputFolder: string): Promise<Saved> {
  const savedAtMs = Date.now();
  const { takeName } = await recorder.replay.save(outputFolder);
  await recorder.checks.done();
  const folder = join(outputFolder, takeName);
  const manifest = await readManifest(folder);
  expect(manifest).toMatchObject({ mode: 'copy', state: 'complete', replay: { askedMs: seconds * 1_000 } });
  // All that was asked for, and no more than the way back to a key frame; it ends when it was saved.
  const durationMs = manifest.durationMs ?? NaN;
  expect(durationMs).toBeGreaterThanOrEqual(seconds * 1_000);
  expect(durationMs).toBeLessThan(seconds * 1_000 + 12_000);
  expect(Math.abs(Date.parse(manifest.startedAt) + durationMs - savedAtMs)).toBeLessThan(200);
  const contents = new Map<string, TakeContent>();
  for (const identity of ['ada', 'bob']) {
    const file = manifest.files.find((one) => one.identity === identity);
    if (file?.copy === undefined) throw new Error('It is no copied file.');
    expect(file).toMatchObject({ state: 'verified', file: `${identity}.mkv` });
    expect(Math.abs((file.durationMs ?? NaN) - durationMs)).toBeLessThan(40);
    expect(unaccountedCopies(file.copy.video) + unaccountedCopies(file.copy.audio)).toBe(0);
    expect(unaccountedFrames(file.video) + unaccountedFrames(file.audio)).toBe(0);
    expect(file.stamps?.intact.isEarned).toBe(true);
    const content = await analyseTakeContent(join(folder, file.file), { frames: [camera] });
    contents.set(identity, content);
    const counters = content.frames.flatMap(({ counter }) => counter ?? []);
    expect(counters).toHaveLength(file.copy.video.frames.written);
    expect(counters.length).toBeGreaterThan(seconds * 25);
    // Each number of the clip once, in order: what the network lost is counted. A clip begins anew with 0.
    const missing = counters.slice(1).map((counter, index) => counter - (counters[index] ?? 0) - 1);
    expect(missing.filter((count) => count === -1)).toEqual([]);
    const gone = missing.filter((count) => count > 0).reduce((sum, count) => sum + count, 0);
    expect(gone).toBeLessThanOrEqual(file.missedFrames + lostFrames(file.video.dropped));
    expect(Math.abs(content.offset?.medianMs ?? Infinity)).toBeLessThan(45);
  }
  const { files, ok } = await verifyTake(folder, 'full');
  expect({ ok, findings: files.flatMap(({ findings }) => findings) }).toEqual({ ok: true, findings: [] });
  return { folder, manifest, contents };
}

/** When each number of the clip was shown, on the wall clock. */
function placesOf({ frames }: TakeContent, startedAt: string): Map<number, number> {
  const beganMs = Date.parse(startedAt);
  return new Map(
    frames.flatMap(({ counter, ptsMs }) => (counter === null ? [] : [[counter, beganMs + ptsMs]])),
  );
}

it('saves the last seconds as they were sent, before a copied take and while it goes on', async () => {
  const { url, apiKey, apiSecret } = shared.server;
  const recorder = new Recorder();
  const source = { url, room, credentials: { apiKey, apiSecret }, mediaKeys: null };
  await recorder.connect(source, { participants: null, audioOnly: false, mode: 'copy' });
  const outputFolder = await mkdtemp(join(shared.root, 'take-'));
  const request = {
    ...({ profile: copyProfile, mode: 'copy', audioOnly: false, participants: null, outputFolder } as const),
  };
  const states: NonNullable<Snapshot['replay']>[] = [];
  recorder.on('snapshot', ({ replay }) => {
    if (replay !== undefined) states.push(replay);
  });
  recorder.replay.set({ ...request, seconds });
  await expect(recorder.replay.save(outputFolder)).rejects.toThrow('holds nothing yet');
  const full = await untilSnapshot(recorder, ({ replay }) => (replay?.spanMs ?? 0) >= seconds * 1_000);
  // Longer than it keeps: the oldest is gone, and it is cut in the midst.
  await untilSnapshot(recorder, ({ at }) => Date.parse(at) - Date.parse(full.at) > 14_500);
  const before = await save(recorder, outputFolder);
  expect(before.manifest.replay?.takeName).toBeNull();
  expect(before.manifest.participants?.map(({ identity }) => identity).toSorted()).toEqual(['ada', 'bob']);

  const folder = await recorder.startTake(request);
  await untilSnapshot(recorder, ({ takeMs }) => (takeMs ?? 0) > 13_000);
  expect(recorder.budget?.lines.find(({ buffer }) => buffer === 'replay buffer')?.bytes).toBe(
    seconds * 2 * 1024 * 1024,
  );
  const during = await save(recorder, outputFolder);
  await untilSnapshot(recorder, ({ takeMs }) => (takeMs ?? 0) > 16_000);
  const take = await recorder.stopTake();
  await recorder.checks.done();
  await recorder.disconnect();
  expect(during.manifest.replay?.takeName).toBe(take.takeName);
  for (const [identity, content] of during.contents) {
    const ofTake = take.files.find((one) => one.identity === identity);
    expect(ofTake).toMatchObject({ state: 'verified' });
    expect(ofTake?.stamps?.intact.isEarned).toBe(true);
    // The same pictures at the same times: both timelines are one. A clip that begins anew has each number once more.
    const whole = await analyseTakeContent(join(folder, ofTake?.file ?? ''), { frames: [camera] });
    expect(Math.abs((content.offset?.medianMs ?? NaN) - (whole.offset?.medianMs ?? NaN))).toBeLessThan(8);
    const inTake = placesOf(whole, take.startedAt);
    const apart = [...placesOf(content, during.manifest.startedAt)].map(([counter, atMs]) =>
      Math.abs((inTake.get(counter) ?? Infinity) - atMs),
    );
    expect(apart.filter((ms) => ms < 3).length).toBeGreaterThan(60);
  }
  expect(new Set(states.map(({ source: from }) => from))).toEqual(new Set(['none', 'ownReceiver', 'take']));
  expect(Math.max(...states.map(({ heldBytes }) => heldBytes))).toBeGreaterThan(100_000);
  for (const { capBytes, heldBytes } of states) expect(heldBytes).toBeLessThanOrEqual(capBytes);
}, 180_000);
