import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Deliverable } from '../../../src-main/contract/deliverables.js';
import type { ManifestFile } from '../../../src-main/contract/manifest.js';
import { checkDeliverables } from '../../../src-main/finalize/check-deliverables.js';
import { sha256OfFile } from '../../../src-main/storage/checksum.js';
import {
  deliverablesFileName,
  readDeliverables,
  writeDeliverables,
} from '../../../src-main/storage/deliverables-file.js';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-deliverables-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const files = [{ file: 'ada.mkv', sha256: 'a' }] as unknown as ManifestFile[];

/** A file that was made of another one, and the list that says so. */
async function made(file: string, source: { file: string; sha256: string }): Promise<Deliverable> {
  const path = join(folder, file);
  await writeFile(path, file);
  const packets = { video: null, audio: null };
  return {
    ...{ file, source: { ...source, sizeBytes: 1, packets }, settings: { fps: 30, size: 'source' } },
    ...{ madeAt: new Date(0).toISOString(), plateauVersion: '0', canvas: null, durationMs: 1, packets },
    ...{ sizeBytes: file.length, sha256: await sha256OfFile(path) },
    proof: { video: null, audio: { blocks: 1, differing: 0, offMs: 0 }, audioLongerMs: 0 },
  };
}

it('knows what belongs to the take, what was changed, and what is gone', async () => {
  const own = { file: 'ada.mkv', sha256: 'a' };
  const listed = [
    await made('ada.mp4', own),
    await made('other.mp4', { ...own, sha256: 'b' }),
    await made('ben.mp4', { file: 'ben.mkv', sha256: 'a' }),
    await made('same-size.mp4', own),
    await made('gone.mp4', own),
  ];
  await writeDeliverables(folder, { schema: 'plateau.deliverables/1', takeName: 'studio', files: listed });
  expect((await readDeliverables(folder))?.files).toEqual(listed);
  await writeFile(join(folder, 'same-size.mp4'), 'same-size.MP4');
  await rm(join(folder, 'gone.mp4'));
  const checked = await checkDeliverables(folder, { files });
  expect(checked.map(({ state }) => state)).toEqual([
    'asMade',
    'otherSource',
    'otherSource',
    'changed',
    'missing',
  ]);
  expect(checked[0]).toEqual({ file: 'ada.mp4', source: 'ada.mkv', state: 'asMade', problem: null });
  expect(checked[3]?.problem).toContain('same-size.mp4 was changed');
});

it('says nothing of a take of which nothing was made, and that a list cannot be read', async () => {
  expect(await checkDeliverables(folder, { files })).toEqual([]);
  await writeFile(join(folder, deliverablesFileName), '{}');
  expect(await checkDeliverables(folder, { files })).toMatchObject([
    { file: deliverablesFileName, state: 'changed', source: null },
  ]);
});
