import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Manifest, type ManifestFile, manifestSchema } from '../../../src-main/contract/manifest.js';
import { profiles } from '../../../src-main/contract/profile.js';
import { HurriedWait } from '../../../src-main/process/hurry.js';
import { DiskLanes } from '../../../src-main/storage/disk-lanes.js';
import { readManifest } from '../../../src-main/storage/manifest-file.js';
import { lockState } from '../../../src-main/storage/take-lock.js';
import { neverInAHurry } from '../../../src-main/take/hurried-stop.js';
import { TakeBackup } from '../../../src-main/take/take-backup.js';
import type { TakePlace } from '../../../src-main/take/take-places.js';
import { EventLog } from '../../../src-main/telemetry/event-log.js';
import { EventReporter } from '../../../src-main/telemetry/event-reporter.js';

let root: string;
let take: string;
let folder: string;
let log: EventLog;
let takeMs: number;
let backup: TakeBackup;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plateau-take-backup-'));
  take = join(root, 'takes', 'standup-1');
  folder = join(root, 'copies', 'standup-1-2');
  await mkdir(take, { recursive: true });
  await mkdir(folder, { recursive: true });
  log = new EventLog(10);
  takeMs = 0;
  const places = [{ folder: { path: take, name: 'standup-1' }, lanes: new DiskLanes(), fromPart: 1 }];
  backup = new TakeBackup({
    opened: { folder: { path: folder, name: 'standup-1-2' }, lanes: new DiskLanes(), sharesDisk: true },
    places: { all: places as unknown as TakePlace[] },
    report: new EventReporter(log, () => null),
    takeMs: () => takeMs,
  });
  await backup.start();
});

afterEach(async () => {
  await backup.close();
  await rm(root, { recursive: true, force: true });
});

function manifestOf(state: Manifest['state']): Manifest {
  return manifestSchema.parse({
    ...{ schema: 'plateau.manifest/1', plateauVersion: '0', room: 'standup', server: 'localhost' },
    ...{ takeName: 'standup-1', state, startedAt: '2026-11-27T09:00:00.000Z', stoppedAt: null },
    ...{ durationMs: null, profile: profiles['720p30'], audioOnly: false, budgetBytes: null },
    ...{ peakRssBytes: null, files: [], problem: null, backup: backup.entry },
    folders: [{ path: take, isThis: true, fromPart: 1, fromMs: 0, moved: null }],
  });
}

async function record(
  text: string,
  sha256 = createHash('sha256').update(text).digest('hex'),
): Promise<ManifestFile> {
  await writeFile(join(take, 'ada.mp4'), text);
  return { file: 'ada.mp4', sha256 } as ManifestFile;
}

const wait = (): HurriedWait => new HurriedWait(neverInAHurry, 1_000);

it('is a take of its own while the other one is recorded: a manifest of all folders in one, and a lock', async () => {
  backup.save(() => manifestOf('recording'));
  await record('what was recorded');
  await backup.filesEnded();
  const manifest = await readManifest(folder);
  expect(manifest).toMatchObject({
    takeName: 'standup-1-2',
    state: 'recording',
    backup: { path: folder, isThis: true, state: 'copying', problem: null },
  });
  expect(manifest.folders).toBeUndefined();
  expect(await lockState(folder)).toMatchObject({ kind: 'held', lock: { work: 'recording' } });
  expect(backup.entry).toMatchObject({ path: folder, isThis: false, state: 'copying' });
  await backup.close();
  expect((await lockState(folder)).kind).toBe('free');
});

it('gets its last manifest when every file is proven, and says so', async () => {
  const ada = await record('what was recorded');
  await backup.finish([ada], wait());
  await backup.seal(() => manifestOf('complete'));
  expect(backup.entry).toMatchObject({ state: 'proven', provenFiles: 1, problem: null });
  expect(await readManifest(folder)).toMatchObject({
    state: 'complete',
    backup: { state: 'proven', isThis: true },
  });
  expect(log.entries).toMatchObject([{ name: 'backupProven', level: 'info', details: { files: 1 } }]);
});

it('keeps the manifest of an interrupted take when it lacks something, and says what, and since when', async () => {
  backup.save(() => manifestOf('finalizing'));
  await record('what was recorded');
  takeMs = 61_000;
  await backup.filesEnded();
  await rename(folder, `${folder}-away`);
  takeMs = 70_000;
  await backup.finish([await record('what was recorded, and more')], wait());
  await backup.seal(() => manifestOf('complete'));
  expect(backup.entry).toEqual({
    ...{ path: folder, isThis: false, state: 'incomplete', provenFiles: 0 },
    problem: {
      code: 'outputUnwritable',
      message: 'The backup folder is gone.',
      hint: expect.any(String) as string,
      sinceMs: 61_000,
    },
  });
  expect((await readManifest(`${folder}-away`)).state).toBe('finalizing');
  expect(log.entries).toMatchObject([
    {
      name: 'backupIncomplete',
      level: 'error',
      message: 'The backup is not complete: The backup folder is gone.',
    },
  ]);
  expect(await readdir(join(root, 'copies'))).toEqual(['standup-1-2-away']);
});

it('is not proven by files that are not what they were when they were checked', async () => {
  const ada = await record('what was recorded', 'the hash of what was checked');
  await backup.finish([ada], wait());
  expect(backup.entry).toMatchObject({
    state: 'incomplete',
    problem: { code: 'verificationFailed', message: 'ada.mp4 is not what it was when it was checked.' },
  });
});

it('has the last line of the telemetry, which is written after everything else', async () => {
  await backup.finish([await record('what was recorded')], wait());
  await backup.seal(() => manifestOf('complete'));
  await writeFile(join(take, 'telemetry.ndjson'), '{"last":true}\n');
  await backup.close();
  expect((await readdir(folder)).toSorted()).toEqual(['ada.mp4', 'manifest.json', 'telemetry.ndjson']);
});
