import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { TakesLibrary } from '#engine/console/takes-library.js';
import { type Manifest, manifestSchema } from '#engine/contract/manifest.js';
import type { Container } from '#engine/contract/profile.js';
import { finishedMarkName } from '#engine/finalize/finished-mark.js';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { findInterrupted } from '#engine/recovery/find-interrupted.js';
import { recoverTake } from '#engine/recovery/recover-take.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { takeLockName } from '#engine/storage/take-lock.js';
import { canvas, findMarks, profileFor, writeSegment } from './finalize-fixture.js';

let root: string;
let folder: string;
let takes = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-recover-'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach(async () => {
  takes += 1;
  folder = join(root, `take-${takes}`);
  await mkdir(folder);
});

const none = { received: 0, written: 0, queued: 0, dropped: {} };

/** The manifest of a take of ada, as its recorder wrote it last. */
async function left(
  changes: Partial<Manifest>,
  entry: Partial<Manifest['files'][number]>,
  container: Container = 'mp4',
): Promise<void> {
  const file = `ada.${container}`;
  const manifest = manifestSchema.parse({
    ...{
      schema: 'plateau.manifest/1',
      plateauVersion: '0',
      room: 'studio',
      server: 'example.org',
      takeName: 'take',
    },
    ...{ state: 'recording', startedAt: new Date().toISOString(), stoppedAt: null, durationMs: null },
    ...{ profile: profileFor(container), audioOnly: false, budgetBytes: 1, peakRssBytes: 1, problem: null },
    files: [
      {
        ...{ file, identity: 'ada', participantName: 'Ada', kind: 'participant', state: 'recording', canvas },
        ...{
          videoCodec: container === 'webm' ? 'vp8' : 'h264',
          audioCodec: container === 'webm' ? 'opus' : 'aac',
        },
        ...{ segments: [], durationMs: null, sizeBytes: null, sha256: null, problem: null },
        ...{ video: none, audio: none, audioSilenceMs: 0, maxFrameGapMs: 0, missedFrames: 0 },
        ...entry,
      },
    ],
    ...changes,
  });
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
}

/** The lock of a process that was killed. */
async function orphaned(beatTakeMs: number): Promise<void> {
  const lock = { schema: 'plateau.lock/1', host: 'gone', pid: 1, started: 'long ago', work: 'recording' };
  const path = join(folder, takeLockName);
  await writeFile(path, JSON.stringify({ ...lock, beatAt: new Date(0).toISOString(), beatTakeMs }));
  const { utimes } = await import('node:fs/promises');
  await utimes(path, 1, 1);
}

it.each<Container>(['mp4', 'mkv', 'webm'])(
  'joins what a killed recorder left in %s, on the take’s timeline, with the segment that nobody wrote down',
  async (container) => {
    const [first, second] = [`ada.${container}`, `ada.part2.${container}`];
    await writeSegment(join(folder, first), { container, durationMs: 3_000 });
    await writeSegment(join(folder, second), { container, durationMs: 3_000 });
    // A whole second of the first is gone, and the manifest knows of both where they began.
    await left(
      {},
      {
        segments: [
          { file: first, startMs: 1_000, endMs: 4_000 },
          { file: second, startMs: 5_000, endMs: null },
        ],
      },
      container,
    );
    await orphaned(8_600);
    expect((await findInterrupted(root)).orphans).toContain(folder);
    const { outcome, manifest } = await recoverTake(folder);
    expect(outcome).toBe('recovered');
    expect(manifest).toMatchObject({ state: 'complete', recovered: { interruptedWhile: 'recording' } });
    // Seen alive at 8.6 s, gone by 9.35 s; 3 s from 5 s on are there.
    expect(manifest.recovered?.lostMs).toBeGreaterThan(900);
    expect(manifest.recovered?.lostMs).toBeLessThan(1_450);
    expect(manifest.files[0]?.stamps?.complete.worstGap?.cause).toBe('encoderEnded');
    const { flashesMs, beepsMs } = await findMarks(join(folder, first));
    const expected = [1_000, 2_000, 3_000, 5_000, 6_000, 7_000];
    for (const found of [flashesMs, beepsMs]) {
      expect(found).toHaveLength(expected.length);
      found.forEach((ms, index) => expect(Math.abs(ms - (expected[index] ?? 0))).toBeLessThan(45));
    }
    expect((await readdir(folder)).sort()).toEqual([first, 'manifest.json']);
    const verified = await verifyTake(folder, 'full');
    expect(verified.findings).toEqual([]);
    expect(verified.files.map(({ ok }) => ok)).toEqual([true]);

    // A second recovery finds nothing to do, and changes nothing.
    const before = await readFile(join(folder, 'manifest.json'), 'utf8');
    expect((await recoverTake(folder)).outcome).toBe('whole');
    expect(await readFile(join(folder, 'manifest.json'), 'utf8')).toBe(before);
  },
);

it('finds segments that the manifest does not name, by the moment at which they were made', async () => {
  const startedAt = new Date().toISOString();
  await writeSegment(join(folder, 'ada.mp4'), { container: 'mp4', durationMs: 2_000 });
  await left({ startedAt }, { segments: [] });
  await orphaned(2_000);
  const { manifest, outcome } = await recoverTake(folder);
  expect(outcome).toBe('recovered');
  expect(manifest.files[0]?.segments).toHaveLength(1);
  expect((await findMarks(join(folder, 'ada.mp4'))).flashesMs).toHaveLength(2);
});

it('knows a file that was finished before the crash, and does not join it again', async () => {
  await writeSegment(join(folder, 'ada.mp4'), { container: 'mp4', durationMs: 2_000 });
  await writeSegment(join(folder, 'ada.part2.mp4'), { container: 'mp4', durationMs: 2_000 });
  await left(
    {},
    {
      segments: [
        { file: 'ada.mp4', startMs: 1_000, endMs: 3_000 },
        { file: 'ada.part2.mp4', startMs: 3_000, endMs: 5_000 },
      ],
    },
  );
  await copyFile(join(folder, 'ada.part2.mp4'), join(root, 'kept-part'));
  await orphaned(5_000);
  const { manifest } = await recoverTake(folder);
  const finished = manifest.files[0];
  // As if the process had been killed between the renaming and the manifest, with a segment not yet removed.
  const { durationMs, sha256, sizeBytes, stamps } = finished ?? {};
  await left(
    { state: 'finalizing', durationMs: 5_000 },
    { segments: finished?.segments ?? [], state: 'recording' },
  );
  await copyFile(join(root, 'kept-part'), join(folder, 'ada.part2.mp4'));
  const { packets, worstGap } = stamps?.intact ?? {};
  const mark = {
    schema: 'plateau.finished/1',
    durationMs,
    sizeBytes,
    sha256,
    packets,
    worstGap,
    isCounted: false,
    gaps: [],
  };
  await writeFile(join(folder, finishedMarkName('ada.mp4')), JSON.stringify(mark));
  for (const name of ['.ada.mp4.finalizing', '.ada.mp4.parts', '.black-320x180.mp4'])
    await writeFile(join(folder, name), 'litter');
  const again = await recoverTake(folder);
  expect(again.outcome).toBe('recovered');
  expect(again.manifest.files[0]).toMatchObject({ state: 'verified', sha256, sizeBytes });
  expect(again.manifest.recovered).toMatchObject({ interruptedWhile: 'finalizing', lostMs: 0 });
  expect((await readdir(folder)).sort()).toEqual(['ada.mp4', 'manifest.json']);
  expect((await findMarks(join(folder, 'ada.mp4'))).flashesMs).toHaveLength(4);
});

it('keeps the sources of what cannot be proven, and finishes the others', async () => {
  await writeSegment(join(folder, 'ada.mp4'), { container: 'mp4', durationMs: 2_000 });
  await writeSegment(join(folder, 'ada.part2.mp4'), { container: 'mp4', durationMs: 2_000 });
  await left(
    {},
    {
      segments: [
        { file: 'ada.mp4', startMs: 0, endMs: 2_000 },
        { file: 'ada.part2.mp4', startMs: 2_000, endMs: null },
      ],
    },
  );
  await orphaned(4_000);
  const { size } = await stat(join(folder, 'ada.mp4'));
  await writeFile(join(folder, 'ada.part2.mp4'), 'no video at all, whatever its name says');
  const { manifest, outcome } = await recoverTake(folder);
  expect(outcome).toBe('kept');
  expect(manifest.files[0]?.problem).not.toBeNull();
  expect(await readdir(folder)).toEqual(expect.arrayContaining(['ada.mp4', 'ada.part2.mp4']));
  expect((await stat(join(folder, 'ada.mp4'))).size).toBe(size);
});

it('leaves a take alone that a living process records', async () => {
  await writeSegment(join(folder, 'ada.mp4'), { container: 'mp4', durationMs: 1_000 });
  await left({}, { segments: [{ file: 'ada.mp4', startMs: 0, endMs: null }] });
  const { TakeLock } = await import('#engine/storage/take-lock.js');
  const lock = await TakeLock.acquire(folder, 'recording', () => 0);
  try {
    await expect(recoverTake(folder)).rejects.toMatchObject({ code: 'takeInUse' });
    expect((await findInterrupted(root)).inUse).toContain(folder);
    expect((await readManifest(folder)).state).toBe('recording');
  } finally {
    await lock.release();
  }
  await truncate(join(folder, 'ada.mp4'), 10_000);
  expect((await recoverTake(folder)).manifest.state).not.toBe('recording');
});

it('finishes the part of a take that was recorded last, and forgets one that had not begun', async () => {
  const [file, next] = ['ada-part2.mp4', 'ada-part3.mp4'];
  await writeSegment(join(folder, file), { container: 'mp4', durationMs: 3_000 });
  const segment = { file, startMs: 5_000, endMs: null };
  await left({}, { file, part: { number: 2, startMs: 5_000, endMs: null }, segments: [segment] });
  const manifest = await readManifest(folder);
  const [entry] = manifest.files;
  if (entry === undefined) throw new Error('there is no entry');
  const pending = {
    ...{ ...entry, file: next, part: { number: 3, startMs: 9_000, endMs: null } },
    segments: [{ file: next, startMs: 9_000, endMs: null }],
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, files: [entry, pending] }));
  await orphaned(8_000);
  const { manifest: recovered, outcome } = await recoverTake(folder);
  expect(outcome).toBe('recovered');
  expect(recovered.files.map(({ file: name, state }) => [name, state])).toEqual([[file, 'verified']]);
  expect(Math.abs((recovered.files[0]?.durationMs ?? NaN) - 3_000)).toBeLessThan(100);
  // What is missing is counted from the part's own beginning.
  expect(recovered.recovered?.lostMs).toBeLessThan(1_000);
  expect(recovered.durationMs).toBeGreaterThanOrEqual(7_900);
  expect(recovered.durationMs).toBeLessThan(9_000);
  const { ok } = await verifyTake(folder, 'full');
  expect(ok).toBe(true);
});

it('finishes what was left of a take in each of its folders, from the console', async () => {
  const output = join(root, `output-${takes}`);
  const other = join(root, `other-${takes}`);
  const folders = [join(output, 'take'), join(other, 'take')].map((path, index) => ({
    ...{ path, isThis: false, fromPart: index + 1, fromMs: index * 3_000 },
    moved: index === 0 ? null : { code: 'diskFull', message: 'Full.', lostFrames: 0, lostAudioMs: 0 },
  }));
  const startedAt = new Date().toISOString();
  for (const [index, { path }] of folders.entries()) {
    folder = path;
    await mkdir(folder, { recursive: true });
    const file = index === 0 ? 'ada.mp4' : 'ada-part2.mp4';
    await writeSegment(join(folder, file), { container: 'mp4', durationMs: 3_000 });
    const startMs = index * 3_000;
    await left(
      { startedAt, folders: folders.map((one) => ({ ...one, isThis: one.path === path })) },
      {
        ...{ file, part: { number: index + 1, startMs, endMs: index === 0 ? 3_000 : null } },
        segments: [{ file, startMs, endMs: index === 0 ? 3_000 : null }],
      },
    );
    await orphaned(6_000);
  }
  const library = new TakesLibrary(output, () => null);
  expect(await library.recover('take')).toMatchObject({ isWhole: true });
  const manifests = await Promise.all(folders.map(({ path }) => readManifest(path)));
  expect(manifests.map(({ files, state }) => [state, files.map((file) => file.state)])).toEqual([
    ['complete', ['verified']],
    ['complete', ['verified']],
  ]);
  expect((await library.list())[0]).toMatchObject({ condition: 'recovered' });
});
