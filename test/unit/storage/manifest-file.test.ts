import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Manifest } from '../../../src-main/contract/manifest.js';
import { profiles } from '../../../src-main/contract/profile.js';
import { readManifest, writeManifest } from '../../../src-main/storage/manifest-file.js';

const manifest: Manifest = {
  schema: 'plateau.manifest/1',
  plateauVersion: '0.1.0',
  room: 'room',
  server: 'example.org',
  takeName: 'room-20260203-040506',
  state: 'recording',
  startedAt: '2026-02-03T04:05:06.000Z',
  stoppedAt: null,
  durationMs: null,
  profile: profiles['720p30'],
  audioOnly: false,
  budgetBytes: null,
  peakRssBytes: null,
  files: [],
  notRecorded: [],
  markers: [],
  problem: null,
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-manifest-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('is replaced as a whole and leaves nothing beside it', async () => {
  await writeManifest(folder, manifest);
  await writeManifest(folder, { ...manifest, state: 'complete' });
  expect(await readManifest(folder)).toEqual({ ...manifest, state: 'complete' });
  expect(await readdir(folder)).toEqual(['manifest.json']);
});

it.each([
  ['is missing', null, 'takeNotFound'],
  ['is not JSON', '{', 'verificationFailed'],
  ['is of another kind', '{"schema":"something/1"}', 'verificationFailed'],
])('is refused with a sentence when it %s', async (_, text, code) => {
  if (text !== null) await writeFile(join(folder, 'manifest.json'), text);
  await expect(readManifest(folder)).rejects.toMatchObject({ code });
});

it('says when it cannot be written', async () => {
  await expect(writeManifest(join(folder, 'gone'), manifest)).rejects.toMatchObject({
    code: 'outputUnwritable',
  });
});
