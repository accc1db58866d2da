import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TakesLibrary } from '../../../src-main/console/takes-library.js';
import type { Manifest } from '../../../src-main/contract/manifest.js';
import { profiles } from '../../../src-main/contract/profile.js';
import { ownIdentity } from '../../../src-main/process/process-identity.js';
import { readManifest, writeManifest } from '../../../src-main/storage/manifest-file.js';
import { TakeLock, takeLockName } from '../../../src-main/storage/take-lock.js';

const takeName = 'standup-1';
const opening = { takeMs: 1000, label: 'Opening' };
const questions = { takeMs: 3000, label: 'Questions' };
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-markers-'));
  path = await addTake('complete');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function addTake(
  state: Manifest['state'],
  name = takeName,
  change: Partial<Manifest> = {},
): Promise<string> {
  const take = join(folder, name);
  await mkdir(take, { recursive: true });
  await writeFile(join(take, 'ada.mp4'), 'a file with chapters');
  await writeManifest(take, {
    ...{ schema: 'plateau.manifest/1', plateauVersion: '0.1.0', room: 'standup', server: 'example.org' },
    ...{ takeName, state, startedAt: '2026-02-03T04:05:06.000Z', stoppedAt: null, durationMs: 4000 },
    ...{ profile: profiles['720p30'], audioOnly: false, budgetBytes: null, peakRssBytes: null },
    ...{ notRecorded: [], markers: [opening, questions], problem: null, files: [] },
    ...change,
  });
  return take;
}

function library(running: string | null = null): TakesLibrary {
  return new TakesLibrary(folder, () => running);
}

async function markersOnDisk(): Promise<Manifest['markers']> {
  return (await readManifest(path)).markers;
}

it('adds, renames, notes and deletes a marker in the manifest, in the order of time, and nothing else of the take', async () => {
  const before = await readManifest(path);
  const added = { takeMs: 2000, label: 'Ada answers' };
  expect(await library().changeMarker(takeName, { before: null, after: added })).toEqual([
    ...[opening, added, questions],
  ]);
  const noted = { takeMs: 2000, label: 'Answer', note: 'Cut here.' };
  await library().changeMarker(takeName, { before: added, after: noted });
  await library().changeMarker(takeName, { before: opening, after: null });
  expect(await readManifest(path)).toEqual({ ...before, markers: [noted, questions] });
  expect(await readFile(join(path, 'ada.mp4'), 'utf8')).toBe('a file with chapters');
  expect((await library().list())[0]?.markers).toEqual([noted, questions]);
  // Neither the lock nor half a manifest is left.
  expect((await readdir(path)).sort()).toEqual(['ada.mp4', 'manifest.json']);
});

it('takes a deletion back with what was deleted', async () => {
  const noted = { ...opening, note: 'Ada was late.' };
  await library().changeMarker(takeName, { before: opening, after: noted });
  await library().changeMarker(takeName, { before: noted, after: null });
  await library().changeMarker(takeName, { before: null, after: noted });
  expect(await markersOnDisk()).toEqual([noted, questions]);
});

it('reads and changes a manifest that knows no markers', async () => {
  const file = join(path, 'manifest.json');
  const old = JSON.parse(await readFile(file, 'utf8')) as Manifest;
  await writeFile(file, JSON.stringify({ ...old, markers: undefined }));
  expect((await library().list())[0]?.markers).toEqual([]);
  await library().changeMarker(takeName, { before: null, after: opening });
  expect(await markersOnDisk()).toEqual([opening]);
});

it('changes all that is asked for at once', async () => {
  const at = [100, 200, 300, 400, 500];
  await Promise.all(
    at.map((takeMs) =>
      library().changeMarker(takeName, { before: null, after: { takeMs, label: String(takeMs) } }),
    ),
  );
  expect((await markersOnDisk()).map(({ takeMs }) => takeMs)).toEqual([...at, 1000, 3000]);
});

it('refuses a marker that is another one by now, is behind the end, or is one too many', async () => {
  const change = (label: string, takeMs: number, before: typeof opening | null): Promise<unknown> =>
    library().changeMarker(takeName, { before, after: { takeMs, label } });
  await expect(change('new', 1000, { ...opening, label: 'Start' })).rejects.toMatchObject({
    ...{ code: 'invalidState', hint: 'Refresh the list, and try again.' },
  });
  await expect(change('late', 4001, null)).rejects.toMatchObject({ code: 'usage' });
  const many = Array.from({ length: 1000 }, (_, at) => ({ takeMs: at, label: 'one' }));
  await writeManifest(path, { ...(await readManifest(path)), markers: many });
  await expect(change('one more', 5, null)).rejects.toMatchObject({ code: 'usage' });
  expect(await markersOnDisk()).toEqual(many);
  await expect(library().changeMarker('no-such-take', { before: null, after: null })).rejects.toMatchObject({
    code: 'usage',
  });
});

it('refuses the take that is recorded here, and one that this process works on', async () => {
  const change = { before: null, after: opening };
  await expect(library(takeName).changeMarker(takeName, change)).rejects.toMatchObject({
    ...{ code: 'invalidState', hint: 'Stop it first.' },
  });
  const lock = await TakeLock.acquire(path, 'recording', () => 0);
  await expect(library().changeMarker(takeName, change)).rejects.toMatchObject({ code: 'takeInUse' });
  await lock.release();
  expect(await markersOnDisk()).toEqual([opening, questions]);
});

it('refuses a take that another process works on, until that has ended', async () => {
  const script = join(folder, 'other.mjs');
  await writeFile(script, 'process.send("up"); setInterval(() => undefined, 1000);');
  const other = fork(script);
  await once(other, 'message');
  const lock = { schema: 'plateau.lock/1', ...(await ownIdentity()), pid: other.pid, started: null };
  const beat = { work: 'recording', beatAt: new Date().toISOString(), beatTakeMs: 0 };
  await writeFile(join(path, takeLockName), JSON.stringify({ ...lock, ...beat }));
  const change = { before: opening, after: null };
  const refused = library().changeMarker(takeName, change);
  await expect(refused).rejects.toMatchObject({ code: 'takeInUse', hint: 'Stop it there first.' });
  expect(await markersOnDisk()).toEqual([opening, questions]);
  const gone = once(other, 'exit');
  other.kill('SIGKILL');
  await gone;
  expect(await library().changeMarker(takeName, change)).toEqual([questions]);
});

it.each([
  ['recording', 'Recover it first.'],
  ['finalizing', 'Recover it first.'],
  ['checking', 'Verify it first.'],
] as const)(
  'refuses a take that nobody has finished (%s), and leaves its lock alone',
  async (state, hint) => {
    await addTake(state);
    const orphan = {
      ...{ schema: 'plateau.lock/1', ...(await ownIdentity()), pid: 2 ** 22 + 1, work: 'recording' },
      ...{ beatAt: '2026-02-03T04:06:00.000Z', beatTakeMs: 3000 },
    };
    await writeFile(join(path, takeLockName), JSON.stringify(orphan));
    const change = { before: null, after: opening };
    await expect(library().changeMarker(takeName, change)).rejects.toMatchObject({
      ...{ code: 'invalidState', hint },
    });
    expect(JSON.parse(await readFile(join(path, takeLockName), 'utf8'))).toEqual(orphan);
  },
);

it('changes the manifests of all folders that a take is in', async () => {
  const other = join(folder, 'other-disk');
  const folders = [path, join(other, takeName)].map((at, index) => ({
    ...{ path: at, fromPart: index + 1, fromMs: index * 2000, moved: null },
  }));
  const of = (own: number): Manifest['folders'] =>
    folders.map((one, index) => ({ ...one, isThis: index === own }));
  await addTake('complete', takeName, { folders: of(0) });
  await addTake('complete', join('other-disk', takeName), { folders: of(1), markers: [] });
  await library().changeMarker(takeName, { before: opening, after: null });
  expect(await markersOnDisk()).toEqual([questions]);
  expect((await readManifest(join(other, takeName))).markers).toEqual([questions]);
});
