import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CueList } from '#engine/copy/file/cue-list.js';
import { MatroskaFile } from '#engine/copy/file/matroska-file.js';
import { matroskaHead, seekHeadElement, tracksElement } from '#engine/copy/file/matroska-head.js';
import { DiskLanes } from '#engine/storage/disk-lanes.js';
import { blocksOf } from '../../../fixtures/matroska-blocks.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-matroska-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const vp8 = { codec: 'vp8', size: { width: 640, height: 360 }, config: null, rotation: 0 } as const;

/** A disk that takes nothing until it is let go. */
function standing(lanes: DiskLanes): () => void {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  void lanes.writes.run(() => held);
  return letGo;
}

/** Resolves when the disk has everything. */
async function written(file: MatroskaFile): Promise<void> {
  file.flush();
  while (file.queuedBytes > 0) await new Promise((resolve) => setImmediate(resolve));
}

it('hands a second at a time to the disk, so that no more is lost when it is killed', async () => {
  const path = join(folder, 'a.mkv');
  const file = await MatroskaFile.create(path);
  file.setVideo(vp8);
  for (let ms = 0; ms < 3_500; ms += 100) file.write('video', ms, ms === 0, Buffer.alloc(300, ms / 100), 0);
  // A cluster of ten frames is more, and what is not full yet is less.
  while (file.queuedBytes > 4_000) await new Promise((resolve) => setImmediate(resolve));
  // Not finished: what stands there is what a crash would leave.
  const left = blocksOf(await readFile(path));
  expect(left.map(({ ms }) => ms)).toEqual(
    Array.from({ length: 33 }, (_, index) => index * 100).slice(0, left.length),
  );
  expect(left.length).toBeGreaterThanOrEqual(25);
  await file.finish();
  expect(blocksOf(await readFile(path))).toHaveLength(35);
});

it('hands over a short cluster when nothing more comes', async () => {
  const path = join(folder, 'a.mkv');
  const file = await MatroskaFile.create(path);
  file.write('audio', 0, true, Buffer.from('one'), 20);
  for (let nowMs = 0; nowMs <= 2_000; nowMs += 500) file.flushOlderThan(nowMs);
  await written(file);
  expect(blocksOf(await readFile(path)).map(({ data }) => data.toString())).toEqual(['one']);
  await file.finish();
});

it('refuses what does not fit while the disk stands still, and goes on when it does', async () => {
  const lanes = new DiskLanes();
  const path = join(folder, 'a.mkv');
  const capBytes = 1024 * 1024;
  const file = await MatroskaFile.create(path, { lanes, capBytes });
  const letGo = standing(lanes);
  const frame = Buffer.alloc(10_000, 7);
  let taken = 0;
  let most = 0;
  for (let ms = 0; ms < 20_000; ms += 100) {
    if (file.write('video', ms, true, frame, 0)) taken += 1;
    most = Math.max(most, file.queuedBytes);
  }
  expect(most).toBeLessThanOrEqual(capBytes);
  expect(taken).toBeGreaterThan(95);
  expect(taken).toBeLessThan(105);
  letGo();
  await written(file);
  expect(file.write('video', 20_000, true, frame, 0)).toBe(true);
  await file.finish();
  expect(blocksOf(await readFile(path))).toHaveLength(taken + 1);
});

it('says that a disk does not answer when the file is to be finished', async () => {
  const lanes = new DiskLanes();
  const failures: string[] = [];
  const onFailure = ({ code }: { readonly code: string }): void => void failures.push(code);
  const file = await MatroskaFile.create(join(folder, 'a.mkv'), { lanes, patienceMs: 50, onFailure });
  const letGo = standing(lanes);
  file.write('audio', 0, true, Buffer.from('one'), 20);
  await expect(file.finish()).rejects.toMatchObject({ code: 'outputUnwritable' });
  expect(failures).toEqual(['outputUnwritable']);
  expect(file.write('audio', 20, true, Buffer.from('two'), 20)).toBe(false);
  letGo();
});

it('refuses a name that is taken', async () => {
  const path = join(folder, 'a.mkv');
  const file = await MatroskaFile.create(path);
  await file.finish();
  await expect(MatroskaFile.create(path)).rejects.toMatchObject({ code: 'outputUnwritable' });
});

it('stands there again, with its head, when somebody deletes it', async () => {
  const path = join(folder, 'a.mkv');
  const file = await MatroskaFile.create(path);
  file.setVideo(vp8);
  for (let ms = 0; ms < 2_000; ms += 100) file.write('video', ms, ms === 0, Buffer.alloc(300, 1), 0);
  await written(file);
  await rm(path);
  await file.checkPresence();
  await file.finish();
  const restored = await readFile(path);
  expect(blocksOf(restored)).toHaveLength(20);
  expect(restored.includes(tracksElement({ video: vp8, hasAudio: true }))).toBe(true);
  expect((await stat(path)).size).toBe(restored.length);
});

it('leaves the same space in its head, whatever stands in it', () => {
  const none = matroskaHead({ video: null, hasAudio: true });
  const some = matroskaHead({
    video: { ...vp8, codec: 'h264', config: Buffer.alloc(200), rotation: 270 },
    hasAudio: true,
  });
  expect(some.bytes.length).toBe(none.bytes.length);
  expect(seekHeadElement(none, 2 ** 40).length).toBe(seekHeadElement(none, null).length);
  expect(none.infoAt - none.seekHeadAt).toBe(seekHeadElement(none, null).length);
});

it('keeps a bounded number of places to seek to, over the whole file', () => {
  const cues = new CueList();
  for (let second = 0; second < 200_000; second += 1) cues.add('video', second * 1_000, second * 5_000);
  expect(cues.length).toBeLessThan(32_768);
  expect(cues.length).toBeGreaterThan(12_000);
  expect(cues.heldBytes).toBeLessThan(1_500_000);
});
