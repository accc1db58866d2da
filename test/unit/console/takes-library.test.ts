import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TakesLibrary } from '../../../src-main/console/takes-library.js';
import type { Deliverable } from '../../../src-main/contract/deliverables.js';
import type { Manifest, ManifestFile } from '../../../src-main/contract/manifest.js';
import { completeStamp } from '../../../src-main/finalize/complete-stamp.js';
import { writeDeliverables } from '../../../src-main/storage/deliverables-file.js';
import { readManifest, writeManifest } from '../../../src-main/storage/manifest-file.js';
import { TakeLock } from '../../../src-main/storage/take-lock.js';
import { addMovedTakeTo, addTakeTo } from './added-takes.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-takes-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const addTake = (name: string, state: Manifest['state'], fileState: ManifestFile['state'] | null) =>
  addTakeTo(folder, name, state, fileState);

it('lists takes, newest first, with their condition, and passes over everything else', async () => {
  await addTake('take-1', 'complete', 'verified');
  await addTake('take-2', 'recording', 'recording');
  await addTake('take-3', 'complete', 'damaged');
  await addTake('take-4', 'recording', 'recording');
  await mkdir(join(folder, 'holiday'));
  await writeFile(join(folder, 'notes.txt'), '');
  const library = new TakesLibrary(folder, () => 'take-4');
  expect((await library.list()).map(({ takeName, condition }) => [takeName, condition])).toEqual([
    ['take-4', 'recording'],
    ['take-3', 'damaged'],
    ['take-2', 'interrupted'],
    ['take-1', 'verified'],
  ]);
  expect((await library.list())[0]?.sizeBytes).toBe('a file'.length);
  expect(await new TakesLibrary(join(folder, 'none'), () => null).list()).toEqual([]);
});

it('says of a take in which somebody is not recorded that it is not complete, however good its files are', async () => {
  await addTake('take-1', 'complete', 'verified');
  const path = join(folder, 'take-1');
  const withheld = { identity: 'ben', participantName: 'Ben', code: 'trackWithheld', sinceMs: 0 };
  const message = 'The camera of ben is not received.';
  await writeManifest(path, {
    ...(await readManifest(path)),
    notRecorded: [
      { ...withheld, message, role: 'camera', untilMs: 7_000 },
      { ...withheld, message, role: 'camera', sinceMs: 9_000 },
      { ...withheld, message: 'Nor is the microphone.', role: 'microphone' },
    ],
  });
  const library = new TakesLibrary(folder, () => null);
  const [entry] = await library.list();
  const said = [
    'Not recorded from 00:00:00.0 to 00:00:07.0: The camera of ben is not received.',
    'Not recorded since 00:00:09.0: The camera of ben is not received.',
    'Not recorded since 00:00:00.0: microphone of Ben. Nor is the microphone.',
  ];
  expect(entry).toMatchObject({
    ...{ isComplete: false, warnings: said },
    content: { grade: 'losses', missingTracks: 2 },
  });
  expect(await library.verify('take-1', () => undefined)).toMatchObject({
    content: { grade: 'losses', missingTracks: 2 },
    losses: expect.arrayContaining(said) as unknown,
  });
});

it.each([
  ['complete', 'verified', 'verified'],
  ['complete', 'fragmented', 'fragmented'],
  ['failed', 'verified', 'endedEarly'],
  ['failed', 'fragmented', 'fragmented'],
  ['finalizing', 'verified', 'interrupted'],
  ['recording', 'damaged', 'damaged'],
  ['complete', null, 'empty'],
  ['failed', null, 'empty'],
] as const)('says of a take that is %s with a file that is %s: %s', async (state, fileState, condition) => {
  await addTake('take-1', state, fileState);
  const [entry] = await new TakesLibrary(folder, () => null).list();
  expect(entry?.condition).toBe(condition);
});

it('says of a take that plays that it is not proven where whoever counted a file was killed', async () => {
  await addTake('take-1', 'complete', 'verified');
  const path = join(folder, 'take-1');
  const manifest = await readManifest(path);
  const intact = { isEarned: false, problem: 'Nobody counted it.', packets: null, worstGap: null };
  const files = manifest.files.map((file) => ({
    ...file,
    stamps: { intact, complete: completeStamp(file) },
  }));
  await writeManifest(path, { ...manifest, files });
  expect((await new TakesLibrary(folder, () => null).list())[0]?.condition).toBe('unproven');
});

it('says of a take that a full disk ended that it ended early, though its files are whole', async () => {
  await addTake('take-1', 'complete', 'verified');
  const path = join(folder, 'take-1');
  const problem = { code: 'diskFull', message: 'The disk is almost full.', hint: 'Free some space.' };
  const manifest = await readManifest(path);
  await writeManifest(path, { ...manifest, problem: { ...problem, file: null, identity: null } });
  const library = new TakesLibrary(folder, () => null);
  expect((await library.list())[0]?.condition).toBe('endedEarly');
  await writeManifest(path, { ...manifest, problem: { ...problem, file: 'ada.mp4', identity: 'ada' } });
  expect((await library.list())[0]?.condition).toBe('verified');
});

it('says of a take that was finished later that it is recovered', async () => {
  await addTake('take-1', 'complete', 'verified');
  const path = join(folder, 'take-1');
  const recovered = { at: new Date().toISOString(), interruptedWhile: 'recording', lostMs: 400 } as const;
  await writeManifest(path, { ...(await readManifest(path)), recovered });
  const [entry] = await new TakesLibrary(folder, () => null).list();
  expect(entry?.condition).toBe('recovered');
});

it('says of a take that was saved from the replay buffer that it is one, and of no other', async () => {
  await addTake('take-1', 'complete', 'verified');
  await addTake('take-2', 'complete', 'verified');
  const path = join(folder, 'take-2');
  const replay = { savedAt: '2026-02-03T04:05:10.000Z', askedMs: 60_000, takeName: null };
  await writeManifest(path, { ...(await readManifest(path)), replay });
  const [newer, older] = await new TakesLibrary(folder, () => null).list();
  expect(newer).toMatchObject({ takeName: 'take-2', isReplay: true });
  expect(older).not.toHaveProperty('isReplay');
});

it('names the audio streams of a file that has more than one', async () => {
  await addTake('take-1', 'complete', 'verified');
  const path = join(folder, 'take-1');
  const manifest = await readManifest(path);
  const track = { trackSid: 'TR_2', role: 'microphone', fromMs: 0, untilMs: null } as const;
  const further = (name: string): object => ({ trackNumber: 2, segments: [], tracks: [{ ...track, name }] });
  const files = manifest.files.map((file) => ({
    ...file,
    furtherAudio: [
      { ...file, ...further('background') },
      { ...file, ...further('') },
    ],
  }));
  expect((await new TakesLibrary(folder, () => null).list())[0]?.files[0]).not.toHaveProperty('audioStreams');
  await writeManifest(path, { ...manifest, files });
  const [entry] = await new TakesLibrary(folder, () => null).list();
  expect(entry?.files[0]?.audioStreams).toEqual(['Audio 1', 'background', 'Audio 3']);
});

it('gives away only files of the take', async () => {
  await addTake('take-1', 'complete', 'verified');
  const library = new TakesLibrary(folder, () => null);
  expect(await library.filePath('take-1', 'ada.mp4')).toBe(join(folder, 'take-1', 'ada.mp4'));
  for (const file of ['manifest.json', '../take-1/ada.mp4', 'ada.mp4/..', 'bob.mp4'])
    expect(await library.filePath('take-1', file), file).toBeNull();
  expect(await library.filePath('..', 'ada.mp4')).toBeNull();
  await writeFile(join(folder, 'secret'), 'secret');
  await rm(join(folder, 'take-1', 'ada.mp4'));
  await symlink(join(folder, 'secret'), join(folder, 'take-1', 'ada.mp4'));
  expect(await library.filePath('take-1', 'ada.mp4'), 'a link').toBeNull();
});

it('deletes a take, but not the one that runs, and nothing that is none', async () => {
  await addTake('take-1', 'complete', 'verified');
  await addTake('take-2', 'recording', 'recording');
  await mkdir(join(folder, 'holiday'));
  const library = new TakesLibrary(folder, () => 'take-2');
  await library.delete('take-1', false);
  await expect(library.delete('take-2', false)).rejects.toMatchObject({ code: 'invalidState' });
  const elsewhere = new TakesLibrary(folder, () => null);
  const lock = await TakeLock.acquire(join(folder, 'take-2'), 'recording', () => 0);
  expect((await elsewhere.list()).map(({ condition }) => condition)).toEqual(['elsewhere']);
  await expect(elsewhere.delete('take-2', false)).rejects.toMatchObject({ code: 'takeInUse' });
  await expect(elsewhere.verify('take-2', () => undefined)).rejects.toMatchObject({ code: 'takeInUse' });
  await expect(elsewhere.recover('take-2')).rejects.toMatchObject({ code: 'takeInUse' });
  await lock.release();
  await expect(library.delete('holiday', false)).rejects.toMatchObject({ code: 'usage' });
  await expect(library.delete('..', false)).rejects.toMatchObject({ code: 'usage' });
  expect((await library.list()).map(({ takeName }) => takeName)).toEqual(['take-2']);
});

it('says of a take that nobody has read back neither that it is intact nor what it lacks', async () => {
  await addTake('take-1', 'checking', 'unchecked');
  const library = new TakesLibrary(folder, () => null);
  const [left] = await library.list();
  expect(left).toMatchObject({ condition: 'unchecked', content: null, isComplete: null, losses: null });
  const lock = await TakeLock.acquire(join(folder, 'take-1'), 'recording', () => 0);
  await lock.changeWork('checking');
  const [checking] = await library.list();
  expect(checking).toMatchObject({ condition: 'checking', content: null });
  const refusal = { code: 'takeInUse', message: expect.stringContaining('being checked') as string };
  await expect(library.delete('take-1', false)).rejects.toMatchObject(refusal);
  await expect(library.verify('take-1', () => undefined)).rejects.toMatchObject(refusal);
  await lock.release();
});

it('says of a take whose backup is held against it that it is checked, and not that somebody records it', async () => {
  await addTake('take-1', 'complete', 'verified');
  const backup = {
    path: '/copies/take-1',
    isThis: false,
    state: 'copying',
    provenFiles: 0,
    problem: null,
  } as const;
  const manifest = await readManifest(join(folder, 'take-1'));
  await writeManifest(join(folder, 'take-1'), { ...manifest, backup });
  const lock = await TakeLock.acquire(join(folder, 'take-1'), 'recording', () => 0);
  await lock.changeWork('checking');
  const library = new TakesLibrary(folder, () => null);
  expect(await library.list()).toMatchObject([{ condition: 'checking', backup }]);
  await lock.release();
  expect(await library.list()).toMatchObject([{ condition: 'verified', backup }]);
});

const addMovedTake = (change?: (other: Manifest) => Manifest) => addMovedTakeTo(folder, change);

it('shows a take in two folders as one, from either of them', async () => {
  const elsewhere = await addMovedTake();
  for (const output of [folder, elsewhere]) {
    const library = new TakesLibrary(output, () => null);
    const [entry, ...others] = await library.list();
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      ...{ takeName: 'take-7', condition: 'verified', sizeBytes: 'a file'.length + 'another file'.length },
      files: [
        { file: 'ada.mp4', partNumber: 1 },
        { file: 'ada-part2.mp4', partNumber: 2 },
      ],
    });
    expect(entry?.warnings).toEqual([
      expect.stringContaining('2 frames and 60 ms of audio were lost by that'),
    ]);
    expect(entry?.files.map((file) => file.folder)).toEqual(
      [folder, elsewhere].map((path) => (path === output ? undefined : join(path, 'take-7'))),
    );
    expect(await library.filePath('take-7', 'ada.mp4')).toBe(join(folder, 'take-7', 'ada.mp4'));
    expect(await library.filePath('take-7', 'ada-part2.mp4')).toBe(
      join(elsewhere, 'take-7', 'ada-part2.mp4'),
    );
  }
  await rm(elsewhere, { recursive: true });
  const library = new TakesLibrary(folder, () => null);
  expect((await library.list())[0]?.files.map(({ file }) => file)).toEqual(['ada.mp4']);
  expect((await library.verify('take-7', () => undefined)).findings[0]).toBe(
    'Another folder of this take cannot be read.',
  );
});

it.each([
  ['another take', (other: Manifest) => ({ ...other, startedAt: '2020-01-01T00:00:00.000Z' })],
  ['another room', (other: Manifest) => ({ ...other, room: 'private' })],
  ['a take of other folders', (other: Manifest) => ({ ...other, folders: [] })],
] as const)('a manifest does not lead to %s', async (_, change) => {
  const elsewhere = await addMovedTake(change);
  const library = new TakesLibrary(folder, () => null);
  expect((await library.list())[0]?.files.map(({ file }) => file)).toEqual(['ada.mp4']);
  expect(await library.filePath('take-7', 'ada-part2.mp4')).toBeNull();
  await rm(elsewhere, { recursive: true });
});

/** What stands in the list of a take's MP4 files. */
function made(file: string, sizeBytes: number): Deliverable {
  const packets = { video: null, audio: null };
  return {
    ...{ file, sizeBytes, sha256: 'a', source: { file: 'ada.mkv', sizeBytes: 1, sha256: 'b', packets } },
    ...{ settings: { fps: 30, size: 'source' }, canvas: null, durationMs: 1, packets, plateauVersion: '0' },
    proof: { video: null, audio: { blocks: 1, differing: 0, offMs: 0 }, audioLongerMs: 0 },
    madeAt: new Date(0).toISOString(),
  };
}

it('names and plays the MP4 files that were made of a take in all of its folders', async () => {
  const elsewhere = await addMovedTake();
  const path = join(elsewhere, 'take-7');
  const files = [made('ada-part2-2.mp4', 6)];
  await writeDeliverables(path, { schema: 'plateau.deliverables/1', takeName: 'take-7', files });
  await writeFile(join(path, 'ada-part2-2.mp4'), 'a file');
  const library = new TakesLibrary(folder, () => null);
  expect((await library.list())[0]?.deliverables).toMatchObject([{ file: 'ada-part2-2.mp4', sizeBytes: 6 }]);
  expect(await library.filePath('take-7', 'ada-part2-2.mp4')).toBe(join(path, 'ada-part2-2.mp4'));
  await rm(elsewhere, { recursive: true });
});

it('names the MP4 files that were made of a take, and deletes none while they are being made', async () => {
  await addTake('take-1', 'complete', 'verified');
  const path = join(folder, 'take-1');
  const files = [made('ada.mp4', 6), made('gone.mp4', 6), made('ben.m4a', 5)];
  await writeDeliverables(path, { schema: 'plateau.deliverables/1', takeName: 'take-1', files });
  await writeFile(join(path, 'ben.m4a'), 'another length');
  const library = new TakesLibrary(folder, () => null);
  const [before] = await library.list();
  expect(before?.deliverables).toEqual([
    { file: 'ada.mp4', source: 'ada.mkv', sizeBytes: 6, settings: { fps: 30, size: 'source' } },
  ]);
  // They play as the take's own files do, and nothing else of the folder does.
  expect(await library.filePath('take-1', 'ada.mp4')).toBe(join(path, 'ada.mp4'));
  expect(await library.filePath('take-1', 'deliverables.json')).toBeNull();
  await mkdir(join(path, '.delivering', 'ben.m4a'), { recursive: true });
  await writeFile(join(path, '.delivering', 'ben.m4a', '00000.mp4'), 'not finished');
  // What a deletion frees.
  expect((await library.list())[0]?.sizeBytes).toBe((before?.sizeBytes ?? 0) + 'not finished'.length);
  const lock = await TakeLock.acquire(join(path, '.delivering'), 'delivering', () => 0);
  await expect(library.delete('take-1', false)).rejects.toMatchObject({ code: 'takeInUse' });
  await lock.release();
  expect(await library.delete('take-1', false)).not.toBeNull();
});
