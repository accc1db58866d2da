import { mkdtemp, readdir, rm } from 'node:fs/promises';
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
