import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TakesLibrary } from '../../../src-main/console/takes-library.js';
import type { Deliverable } from '../../../src-main/contract/deliverables.js';
import type { SignalGap } from '../../../src-main/contract/signal-alarms.js';
import type { TakeEntry } from '../../../src-main/contract/takes.js';
import { completeStamp } from '../../../src-main/finalize/complete-stamp.js';
import { writeDeliverables } from '../../../src-main/storage/deliverables-file.js';
import { readManifest, writeManifest } from '../../../src-main/storage/manifest-file.js';
import { addMovedTakeTo, addTakeTo } from './added-takes.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-on-disk-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('calls a take intact only while its files are there, with the size that they had', async () => {
  await addTakeTo(folder, 'take-1', 'complete', 'verified');
  const path = join(folder, 'take-1');
  const manifest = await readManifest(path);
  const intact = { isEarned: true, problem: null, packets: null, worstGap: null };
  const segments = [{ file: 'ada.mp4', startMs: 0, endMs: 4_000, packets: null }];
  const files = manifest.files.map((file) => {
    const recorded = { ...file, segments, sizeBytes: 'a file'.length };
    return { ...recorded, stamps: { intact, complete: completeStamp(recorded) } };
  });
  await writeManifest(path, { ...manifest, files });
  const library = new TakesLibrary(folder, () => null);
  const look = async (): Promise<TakeEntry | undefined> => (await library.list())[0];
  expect(await look()).toMatchObject({ condition: 'verified', isComplete: true });
  await writeFile(join(path, 'ada.mp4'), 'a fil');
  const cut = await look();
  expect(cut).toMatchObject({ condition: 'damaged', isComplete: null, content: null, sizeBytes: 5 });
  expect(cut?.files).toMatchObject([
    {
      state: 'changed',
      problem: 'The file was changed after it had been recorded: it has 5 bytes, not 6.',
    },
  ]);
  expect(cut?.files[0]).not.toHaveProperty('stamps');
  await rm(join(path, 'ada.mp4'));
  expect(await look()).toMatchObject({
    ...{ condition: 'damaged', content: null, sizeBytes: 0 },
    files: [{ state: 'gone', problem: 'The file is not there.' }],
  });
});

it('tells of a signal that was missing once, though each folder of a take says it', async () => {
  const gap: SignalGap = {
    ...{ trackSid: 'TR_1', identity: 'ada', role: 'camera', kind: 'frozenVideo', hadSignal: true },
    ...{ fromMs: 1_000, toMs: 2_000, file: 'ada.mp4' },
  };
  const elsewhere = await addMovedTakeTo(folder, (other) => ({
    ...other,
    signalGaps: [{ ...gap, file: null }],
  }));
  const path = join(folder, 'take-7');
  await writeManifest(path, { ...(await readManifest(path)), signalGaps: [gap] });
  const [entry] = await new TakesLibrary(folder, () => null).list();
  expect(entry?.warnings?.filter((warning) => warning.includes('frozen'))).toHaveLength(1);
  await rm(elsewhere, { recursive: true });
});

it('does not call a take intact of which one folder cannot be read', async () => {
  const elsewhere = await addMovedTakeTo(folder);
  await rm(elsewhere, { recursive: true });
  const [entry] = await new TakesLibrary(folder, () => null).list();
  expect(entry).toMatchObject({ condition: 'damaged', content: null });
  expect(entry?.warnings).toContain('Another folder of this take cannot be read.');
});

it('says of an MP4 file that plays in the place of its original that it was changed', async () => {
  await addTakeTo(folder, 'take-1', 'complete', 'verified');
  const path = join(folder, 'take-1');
  const packets = { video: null, audio: null };
  const made: Deliverable = {
    ...{ file: 'ada.made.mp4', sizeBytes: 6, sha256: 'a', canvas: null, durationMs: 1, packets },
    ...{ source: { file: 'ada.mp4', sizeBytes: 6, sha256: 'b', packets }, plateauVersion: '0' },
    settings: { fps: 30, size: 'source' },
    ...{ proof: { video: null, audio: { blocks: 1, differing: 0, offMs: 0 }, audioLongerMs: 0 } },
    madeAt: new Date(0).toISOString(),
  };
  await writeDeliverables(path, { schema: 'plateau.deliverables/1', takeName: 'take-1', files: [made] });
  await writeFile(join(path, made.file), 'a fiel');
  const result = await new TakesLibrary(folder, () => null).verify('take-1', () => undefined);
  expect(result).toMatchObject({ isOk: false, notIntact: ['ada.mp4'] });
  expect(result.findings).toContain(
    'ada.made.mp4 was changed after it had been made of ada.mp4 (SHA-256 differs).',
  );
});
