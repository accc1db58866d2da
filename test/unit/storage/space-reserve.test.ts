import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Manifest } from '../../../src-main/contract/manifest.js';
import { profiles } from '../../../src-main/contract/profile.js';
import { removeLitter } from '../../../src-main/recovery/litter.js';
import { recoverTake } from '../../../src-main/recovery/recover-take.js';
import { DiskWriter } from '../../../src-main/sink/disk-writer.js';
import { writeManifest } from '../../../src-main/storage/manifest-file.js';
import { LentReserve, SpaceReserve, spaceReserveName } from '../../../src-main/storage/space-reserve.js';
import { canMount, type MountedFolder, mountSmall } from '../../fixtures/file-systems.js';

let folder: string;
let disk: MountedFolder | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plateau-reserve-'));
});

afterEach(async () => {
  await disk?.unmount();
  disk = null;
  await rm(folder, { recursive: true, force: true });
});

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  const block = Buffer.alloc(4_096);
  try {
    for (;;) await file.writeFile(block);
  } catch {
    // It is full.
  } finally {
    await file.close();
  }
}

it.skipIf(!canMount)('has the last word written on a disk that somebody else has filled', async () => {
  disk = await mountSmall(join(folder, 'disk'), 8_000_000);
  const { path } = disk;
  const reserve = new SpaceReserve(path);
  await reserve.hold();
  await fill(join(path, 'others'));
  const said = join(path, 'manifest.json');
  await expect(writeFile(said, 'nothing fits')).rejects.toMatchObject({ code: 'ENOSPC' });
  await reserve.spendFor(() => writeFile(said, 'what became of the take'));
  expect(await readFile(said, 'utf8')).toBe('what became of the take');
  expect(await readdir(path)).not.toContain(spaceReserveName);
  // It was spent, and is not taken from the others once more.
  await rm(join(path, 'others'));
  await reserve.hold();
  expect(await readdir(path)).not.toContain(spaceReserveName);
});

it.skipIf(!canMount)('has a file ended in order on a disk that somebody else has filled', async () => {
  disk = await mountSmall(join(folder, 'disk'), 8_000_000);
  const { path } = disk;
  const reserve = new SpaceReserve(path);
  await reserve.hold();
  const told: string[] = [];
  const limits = { capBytes: 4_000_000, patienceMs: 10_000, reserve };
  const source = new PassThrough();
  const writer = await DiskWriter.create(join(path, 'ada.mp4'), limits, ({ code }) => told.push(code));
  writer.read(source);
  const parts = [1, 2, 3].map((value) => Buffer.alloc(300_000, value));
  source.write(parts[0]);
  await vi.waitFor(() => expect(writer.writtenBytes).toBe(300_000));
  await fill(join(path, 'others'));
  source.write(parts[1]);
  await vi.waitFor(() => expect(told).toEqual(['diskFull']));
  // Whoever heard of it ends the encoder, which has something left to say.
  source.end(parts[2]);
  await writer.finish();
  expect((await readFile(writer.path)).equals(Buffer.concat(parts))).toBe(true);
  expect(told).toEqual(['diskFull']);
});

it('takes real space, and leaves a failure that is none of space to its caller', async () => {
  const reserve = new SpaceReserve(folder);
  await reserve.hold();
  const { blocks, size } = await stat(join(folder, spaceReserveName));
  expect(size).toBe(4 * 1024 * 1024);
  expect(blocks * 512).toBeGreaterThanOrEqual(size);
  let tries = 0;
  const broken = reserve.spendFor(() => {
    tries += 1;
    throw Object.assign(new Error('read-only'), { code: 'EROFS' });
  });
  await expect(broken).rejects.toMatchObject({ code: 'outputUnwritable' });
  expect(tries).toBe(1);
  expect(await reserve.release()).toBe(true);
  expect(await reserve.release()).toBe(false);
  expect(await readdir(folder)).toEqual([]);
});

it.skipIf(!canMount)('a take whose recorder was killed on a full disk can be worked on', async () => {
  disk = await mountSmall(join(folder, 'disk'), 8_000_000);
  const take = join(disk.path, 'take');
  await mkdir(take);
  const ended: Manifest = {
    ...{ schema: 'plateau.manifest/1', plateauVersion: '0.2.0', room: 'studio', server: 'example.org' },
    ...{ takeName: 'take', state: 'complete', startedAt: '2026-02-03T04:05:06.000Z', stoppedAt: null },
    ...{
      durationMs: 4_000,
      profile: profiles['720p30'],
      audioOnly: false,
      budgetBytes: null,
      peakRssBytes: null,
    },
    ...{ notRecorded: [], markers: [], problem: null, files: [] },
  };
  await writeManifest(take, ended);
  await new SpaceReserve(take).hold();
  await fill(join(disk.path, 'others'));
  expect((await recoverTake(take)).outcome).toBe('whole');
  expect(await readdir(take)).toEqual(['manifest.json']);
});

it('is litter when its recorder was killed', async () => {
  await new SpaceReserve(folder).hold();
  await removeLitter(folder);
  expect(await readdir(folder)).toEqual([]);
});

it('does not stand in the way of a take whose disk has no room for it', async () => {
  const reserve = new SpaceReserve(join(folder, 'missing'));
  await reserve.hold();
  expect(await reserve.release()).toBe(false);
});

it('is given free once by another process, and gone for both', async () => {
  const reserve = new SpaceReserve(folder);
  await reserve.hold();
  const lent = new LentReserve(folder);
  expect([await lent.release(), await lent.release()]).toEqual([true, false]);
  expect(await readdir(folder)).toEqual([]);
  await reserve.hold();
  expect(await readdir(folder)).toEqual([]);
});
