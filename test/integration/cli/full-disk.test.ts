import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '#engine/contract/manifest.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { Cleanup } from '../../bench/cleanup.js';
import { fillUp } from '../../faults/disk-faults.js';
import { openLab, recordInto } from '../../faults/fault-lab.js';
import { truthOf } from '../../faults/take-truth.js';
import type { CommandResult } from '../../fixtures/command.js';
import { canFreeze, canMount, mountFreezable, mountSmall } from '../../fixtures/file-systems.js';

/** In bytes: more than a take asks for at its start. */
const diskBytes = 120_000_000;

describe.each([
  { name: 'of one size for all', isThere: canMount, mount: mountSmall },
  // A twentieth of it can be written by root alone, who is the one that fills it here.
  { name: 'with a share for root (ext4)', isThere: canFreeze, mount: mountFreezable },
])('on a disk $name', ({ isThere, mount }) => {
  const cleanup = new Cleanup();
  let ended: CommandResult;
  let folder: string;
  let manifest: Manifest;

  beforeAll(async () => {
    if (!isThere) return;
    const root = await mkdtemp(join(tmpdir(), 'plateau-full-'));
    cleanup.add(() => rm(root, { recursive: true, force: true }));
    const disk = await mount(join(root, 'disk'), diskBytes);
    cleanup.add(() => disk.unmount());
    const lab = await openLab(['ada'], cleanup, () => undefined);
    const running = recordInto(lab, cleanup, join(disk.path, 'takes'));
    await running.untilRecorded(3);
    folder = await running.take();
    await fillUp(join(disk.path, 'others'));
    ended = await running.command.ended;
    manifest = await readManifest(folder);
  });

  afterAll(async () => {
    await cleanup.run();
  });

  it.skipIf(!isThere)('a take whose disk somebody else has filled ends in order, with its manifest', () => {
    expect(ended.code).toBe(5);
    expect(manifest).toMatchObject({
      // `complete` when the take was stopped before a write failed: whichever comes first.
      ...{ state: expect.stringMatching(/^(failed|complete)$/) as string, problem: { code: 'diskFull' } },
      files: [{ file: 'ada.mp4', state: 'verified', stamps: { intact: { isEarned: true } } }],
    });
  });

  it.skipIf(!isThere)('its file holds what its accounts say, and nothing is left beside it', async () => {
    const [entry] = manifest.files;
    if (entry === undefined) throw new Error('there is no file');
    const truth = await truthOf(folder, entry);
    expect(truth.unaccountedFrames).toBe(0);
    expect(truth.durationMs).toBeGreaterThan(2_500);
    expect((await readdir(folder)).sort()).toEqual(['ada.mp4', 'manifest.json', 'telemetry.ndjson']);
  });

  it.skipIf(!isThere)('the disk is told of once, and what it means for the take', () => {
    const told = ended.stdout.split('\n').filter((line) => line.includes('"level":"error"'));
    const ofDisk = told.filter((line) => /The disk (of the output folder is|is almost) full/.test(line));
    expect(ofDisk.map((line) => /"name":"(\w+)"/.exec(line)?.[1])).toEqual(['diskFull', 'takeStopped']);
  });
});
