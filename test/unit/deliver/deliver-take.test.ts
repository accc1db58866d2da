import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Manifest, ManifestFile } from '#engine/contract/manifest.js';
import { copyProfile } from '#engine/contract/profile.js';
import { deliverTake } from '#engine/deliver/deliver-take.js';
import { writeManifest } from '#engine/storage/manifest-file.js';
import { fileState } from '../../fixtures/copy-states.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-deliver-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function takeOf(files: ManifestFile[]): Manifest {
  return {
    ...{ schema: 'plateau.manifest/1', plateauVersion: '0', room: 'standup', server: 'localhost' },
    ...{ takeName: 'one', state: 'complete', startedAt: '2026-11-29T09:00:00.000Z' },
    ...{ stoppedAt: '2026-11-29T09:01:00.000Z', durationMs: 60_000, profile: copyProfile, mode: 'copy' },
    ...{ audioOnly: false, budgetBytes: null, peakRssBytes: null, files, markers: [], notRecorded: [] },
    problem: null,
  };
}

it('has nothing to make of a copied file in which nothing can be read', async () => {
  const damaged: ManifestFile = { ...fileState('ada.mkv').entry, state: 'damaged' };
  await writeManifest(folder, takeOf([damaged]));
  const { files } = await deliverTake(folder, { settings: { fps: 30, size: 'source' } });
  expect(files).toEqual([
    { source: 'ada.mkv', file: 'ada.mp4', outcome: 'unreadable', deliverable: null, error: null },
  ]);
  expect(await readdir(folder)).toEqual(['manifest.json']);
});

/** A take that went on in another folder, in each of which one file holds nothing. @returns the other one */
async function moveTake(): Promise<string> {
  const other = join(folder, 'elsewhere');
  await mkdir(other);
  const folders = [folder, other].map((path, index) => ({
    ...{ path, isThis: index === 0, fromPart: index + 1, fromMs: index * 3_000 },
    moved: index === 0 ? null : { code: 'chosen', message: 'Chosen.', lostFrames: 0, lostAudioMs: 0 },
  }));
  const damaged = (file: string): ManifestFile => ({ ...fileState(file).entry, state: 'damaged' });
  await writeManifest(folder, { ...takeOf([damaged('ada.mkv')]), folders });
  const there = folders.map((one) => ({ ...one, isThis: !one.isThis }));
  await writeManifest(other, { ...takeOf([damaged('ada-part2.mkv')]), folders: there });
  return other;
}

it('makes what is to be made of the files in all folders of a take, from either of them', async () => {
  const other = await moveTake();
  for (const named of [folder, other]) {
    const told: string[] = [];
    const onFile = ({ source }: { readonly source: string }): unknown => told.push(source);
    const { files } = await deliverTake(named, { settings: { fps: 30, size: 'source' }, onFile });
    expect(files.map(({ source }) => source).toSorted()).toEqual(['ada-part2.mkv', 'ada.mkv']);
    expect(told).toEqual(files.map(({ source }) => source));
    expect(files.map((file) => file.folder)).toEqual([undefined, named === folder ? other : folder]);
  }
});

it('says of a folder that cannot be read that nothing was made of its files', async () => {
  const other = await moveTake();
  await rm(other, { recursive: true });
  const { files } = await deliverTake(folder, { settings: { fps: 30, size: 'source' } });
  expect(files.map(({ outcome, source }) => [source, outcome])).toEqual([
    ['ada.mkv', 'unreadable'],
    [other, 'failed'],
  ]);
  expect(files[1]?.error?.message).toContain('cannot be read');
});
