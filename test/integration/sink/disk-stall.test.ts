import { lookup } from 'node:dns/promises';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DiskWriter } from '#engine/sink/disk-writer.js';
import { DiskLanes } from '#engine/storage/disk-lanes.js';
import { TakeLock } from '#engine/storage/take-lock.js';
import { canFreeze, type FreezableFolder, mountFreezable } from '../../fixtures/file-systems.js';

/** More than libuv's pool has threads. */
const files = 6;
const chunk = Buffer.alloc(100_000, 7);

let folder: string;
let disk: FreezableFolder | null = null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-stall-'));
  if (canFreeze) disk = await mountFreezable(join(folder, 'disk'), 64_000_000);
});

afterAll(async () => {
  await disk?.thaw();
  await disk?.unmount();
  await rm(folder, { recursive: true, force: true });
});

it.skipIf(!canFreeze)(
  'a disk that stands still keeps no other file, and no look-up of a name, from being answered',
  async () => {
    if (disk === null) throw new Error('there is no disk');
    const { path } = disk;
    const lanes = new DiskLanes();
    const limits = { capBytes: 1_000_000, patienceMs: 20_000, syncEveryMs: 20, lanes };
    const writers = await Promise.all(
      Array.from({ length: files }, async (_, number) => {
        const source = new PassThrough();
        const writer = await DiskWriter.create(join(path, `${number}.mp4`), limits, (error) => {
          throw error;
        });
        writer.read(source);
        return { source, writer };
      }),
    );
    for (const { source } of writers) source.write(chunk);
    await expect.poll(() => writers.every(({ writer }) => writer.writtenBytes === chunk.length)).toBe(true);

    // What else a take asks its disk, each second and more often.
    const lock = await TakeLock.acquire(path, 'recording', () => 0, lanes.writes);
    await disk.freeze();
    for (const { source } of writers) source.write(chunk);
    await expect.poll(() => writers.every(({ writer }) => writer.queuedBytes === chunk.length)).toBe(true);
    // Who comes now, or needs another encoder, is recorded as well: their files are made when the disk goes on.
    const late = await Promise.all(
      Array.from({ length: files }, async (_, number) => {
        const source = new PassThrough();
        const writer = await DiskWriter.create(join(path, `${number}.late.mp4`), limits, (error) => {
          throw error;
        });
        writer.read(source);
        source.write(chunk);
        return { source, writer };
      }),
    );
    // Long enough that every file has looked for itself, and would have been synced, more than once.
    await wait(1_200);
    const elsewhere = Promise.all([readFile(new URL(import.meta.url)), lookup('localhost')]);
    const answered = await Promise.race([elsewhere.then(() => true), wait(5_000, false)]);
    expect(writers.map(({ writer }) => writer.writtenBytes)).toEqual(writers.map(() => chunk.length));
    await disk.thaw();
    expect(answered).toBe(true);
    await lock.release();

    for (const { source, writer } of late) {
      source.end(chunk);
      await writer.finish();
      expect((await readFile(writer.path)).equals(Buffer.concat([chunk, chunk]))).toBe(true);
    }
    for (const { source, writer } of writers) {
      source.end(chunk);
      await writer.finish();
      expect((await readFile(writer.path)).equals(Buffer.concat([chunk, chunk, chunk]))).toBe(true);
    }
  },
);
