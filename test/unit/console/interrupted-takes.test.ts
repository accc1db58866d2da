import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InterruptedTakes } from '../../../src-main/console/interrupted-takes.js';
import type { Manifest } from '../../../src-main/contract/manifest.js';
import { profiles } from '../../../src-main/contract/profile.js';
import { writeManifest } from '../../../src-main/storage/manifest-file.js';
import { TakeLock } from '../../../src-main/storage/take-lock.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-interrupted-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function addTake(name: string, state: Manifest['state']): Promise<void> {
  await mkdir(join(folder, name));
  await writeManifest(join(folder, name), {
    ...{
      schema: 'plateau.manifest/1',
      plateauVersion: '0',
      room: 'studio',
      server: 'example.org',
      takeName: name,
    },
    ...{ state, startedAt: new Date().toISOString(), stoppedAt: null, durationMs: null, audioOnly: false },
    ...{ profile: profiles['720p30'], budgetBytes: null, peakRssBytes: null, problem: null },
    ...{ files: [], notRecorded: [], markers: [] },
  });
}

it('asks nobody about a take that ended in order and is only to be checked', async () => {
  await addTake('killed-while-recording', 'recording');
  await addTake('not-checked', 'checking');
  await addTake('checked-elsewhere', 'checking');
  const lock = await TakeLock.acquire(join(folder, 'checked-elsewhere'), 'checking', () => 0);
  const unchecked: string[] = [];
  const interrupted = new InterruptedTakes(
    () => undefined,
    (folders) => unchecked.push(...folders.map((path) => basename(path))),
  );
  await interrupted.look(folder);
  expect(interrupted.names).toEqual(['killed-while-recording']);
  expect(unchecked).toEqual(['not-checked']);
  await lock.release();
});

it('names the takes whose recorder is gone, and tells when they change', async () => {
  await addTake('killed-while-recording', 'recording');
  await addTake('killed-while-finalizing', 'finalizing');
  await addTake('whole', 'complete');
  await addTake('running-elsewhere', 'recording');
  await mkdir(join(folder, 'no-take'));
  const lock = await TakeLock.acquire(join(folder, 'running-elsewhere'), 'recording', () => 0);
  let changes = 0;
  const interrupted = new InterruptedTakes(() => (changes += 1));
  await interrupted.look(folder);
  expect(interrupted.names).toEqual(['killed-while-finalizing', 'killed-while-recording']);
  await interrupted.look(folder);
  expect(changes).toBe(1);
  await rm(join(folder, 'killed-while-finalizing'), { recursive: true });
  await lock.release();
  await interrupted.look(folder);
  expect(interrupted.names).toEqual(['killed-while-recording', 'running-elsewhere']);
  await interrupted.look(join(folder, 'none'));
  expect(interrupted.names).toEqual([]);
});
