import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { unaccountedCopies } from '#engine/contract/copy-account.js';
import { lostFrames, unaccountedFrames } from '#engine/contract/drop-causes.js';
import type { ManifestFile } from '#engine/contract/manifest.js';
import type { TakeEntry } from '#engine/contract/takes.js';
import { verifyTake } from '#engine/finalize/verify-take.js';
import { clipFrameCount } from '#engine/lab/pattern/frame-code.js';
import { recoverTake } from '#engine/recovery/recover-take.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { Cleanup } from '../../bench/cleanup.js';
import { fillUp } from '../../faults/disk-faults.js';
import { openLab } from '../../faults/fault-lab.js';
import { type MovedTake, onlyIn, recordMovedTake } from '../../faults/moved-take.js';
import { truthOf } from '../../faults/take-truth.js';
import { runCommand } from '../../fixtures/command.js';
import { canFreeze, mountFreezable, mountSmall } from '../../fixtures/file-systems.js';

const run = promisify(execFile);
const cleanup = new Cleanup();

let full: MovedTake;
let aborted: MovedTake;
let silent: MovedTake;
/** A disk stands still for longer than a take waits for it, and comes back. Milliseconds. */
const silentMs = 14_000;

beforeAll(async () => {
  if (!canFreeze) return;
  const root = await mkdtemp(join(tmpdir(), 'plateau-copied-fallback-'));
  cleanup.add(() => rm(root, { recursive: true, force: true }));
  const small = await mountSmall(join(root, 'small'), 120_000_000);
  cleanup.add(() => small.unmount());
  const failing = await mountFreezable(join(root, 'failing'), 200_000_000);
  cleanup.add(() => failing.unmount());
  const lab = await openLab(['ada'], cleanup, () => undefined);
  const copied = ['--mode', 'copy'];
  full = await recordMovedTake(
    ...([lab, cleanup, [small.path, join(root, 'other'), join(root, 'copies')]] as const),
    () => fillUp(join(small.path, 'others')),
    copied,
  );
  aborted = await recordMovedTake(
    ...([lab, cleanup, [failing.path, join(root, 'further'), join(root, 'last')]] as const),
    async () => {
      // What is on the disk by then plays afterwards.
      await untilWritten(join(failing.path, 'takes'), 200_000);
      await run('mount', ['-o', 'remount,abort', failing.path]);
    },
    copied,
  );
  const standing = await mountFreezable(join(root, 'standing'), 200_000_000);
  cleanup.add(() => standing.unmount());
  cleanup.add(() => standing.thaw());
  silent = await recordMovedTake(
    ...([lab, cleanup, [standing.path, join(root, 'third'), join(root, 'quiet')]] as const),
    async () => {
      await standing.freeze();
      setTimeout(() => void standing.thaw(), silentMs);
    },
    copied,
  );
}, 150_000);

afterAll(async () => {
  await cleanup.run();
});

/** Waits until the one file of the one take in a folder holds so much. */
async function untilWritten(takes: string, bytes: number): Promise<void> {
  await vi.waitFor(
    async () => expect((await stat(join(await onlyIn(takes), 'ada.mkv'))).size).toBeGreaterThan(bytes),
    { timeout: 40_000, interval: 50 },
  );
}

const entriesOf = ({ manifests }: MovedTake): ManifestFile[] =>
  manifests.map(({ files }) => files[0] as ManifestFile);

/** How many numbers of the clip are missing before each frame of a take but its first, over both files; its loop begins anew. */
async function missingIn(moved: MovedTake): Promise<number[]> {
  const counters: number[] = [];
  for (const [index, entry] of entriesOf(moved).entries()) {
    const { frames } = await truthOf(moved.folders[index] ?? '', entry);
    counters.push(...frames.flatMap(({ counter }) => counter ?? []));
  }
  return counters.slice(1).map((counter, index) => {
    const step = (counter - (counters[index] ?? 0) + clipFrameCount) % clipFrameCount;
    return step - 1;
  });
}

/** Each number once, over both files; what the network lost is on their accounts. */
async function expectNoneMissing(moved: MovedTake): Promise<void> {
  const missing = await missingIn(moved);
  const lost = entriesOf(moved).reduce(
    (sum, { missedFrames, video }) => sum + missedFrames + lostFrames(video.dropped),
    0,
  );
  expect(missing.filter((count) => count < 0)).toEqual([]);
  expect(missing.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(lost);
}

it.skipIf(!canFreeze)(
  'a copied take whose disk is full goes on in its other folder, and nothing is in neither',
  async () => {
    const { ended, folders, manifests } = full;
    const [first, second] = manifests;
    expect([0, 8], ended.stderr).toContain(ended.code);
    expect([first.mode, first.state, second.state]).toEqual(['copy', 'complete', 'complete']);
    expect(first.files).toMatchObject([{ file: 'ada.mkv', state: 'verified', part: { number: 1 } }]);
    expect(second.files).toMatchObject([{ file: 'ada-part2.mkv', state: 'verified', part: { number: 2 } }]);
    const entries = entriesOf(full);
    for (const { copy, problem, stamps, ...entry } of entries) {
      if (copy === undefined) throw new Error('It is no copied file.');
      expect([problem, stamps?.intact.isEarned]).toEqual([null, true]);
      expect(unaccountedCopies(copy.video) + unaccountedCopies(copy.audio)).toBe(0);
      expect(unaccountedFrames(entry.video) + unaccountedFrames(entry.audio)).toBe(0);
    }
    expect(entries[0]?.part?.endMs).toBe(entries[1]?.part?.startMs);
    for (const [index, { folders: named }] of manifests.entries()) {
      expect(named).toMatchObject([
        { path: folders[0], fromPart: 1, moved: null },
        {
          ...{ path: folders[1], fromPart: 2 },
          // The disk had room for what came until the key frame that the next part begins with.
          moved: { code: 'diskFull', lostFrames: 0, lostAudioMs: 0 },
        },
      ]);
      expect(named?.map(({ isThis }) => isThis)).toEqual([index === 0, index === 1]);
    }
    await expectNoneMissing(full);
  },
);

it.skipIf(!canFreeze)('it is told in the words of a take that is encoded, once', async () => {
  const { ended, folders } = full;
  expect(ended.stdout.split('\n').filter((line) => line.includes('"name":"takeMoved"'))).toHaveLength(1);
  expect(ended.stdout).not.toContain('"name":"takeStopped"');
  expect(ended.stdout).not.toContain('"level":"error"');
  const told = ended.stderr.split('\n').filter((line) => line.includes(folders[1]));
  const reason = /because the disk (of the output folder )?is (almost )?full; nothing was lost by that\./;
  expect(told).toEqual([expect.stringMatching(reason)]);
  for (const folder of folders) {
    const listed = await runCommand(['takes', join(folder, '..'), '--json']);
    const { takes } = JSON.parse(listed.stdout.trim().split('\n').at(-1) ?? '{}') as { takes: TakeEntry[] };
    expect(takes).toMatchObject([
      {
        condition: 'verified',
        files: [
          { file: 'ada.mkv', partNumber: 1 },
          { file: 'ada-part2.mkv', partNumber: 2 },
        ],
      },
    ]);
    expect((await verifyTake(folder, 'full')).ok).toBe(true);
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  }
});

it.skipIf(!canFreeze)('its second copy has both parts, and is proven to be what they are', async () => {
  const { backup, folders, manifests } = full;
  for (const { backup: told } of manifests)
    expect(told).toEqual({ path: backup, isThis: false, state: 'proven', provenFiles: 2, problem: null });
  for (const [index, folder] of folders.entries()) {
    const { file, sha256 } = manifests[index]?.files[0] ?? { file: '', sha256: null };
    for (const where of [folder, backup])
      expect(
        createHash('sha256')
          .update(await readFile(join(where, file)))
          .digest('hex'),
      ).toBe(sha256);
  }
});

it.skipIf(!canFreeze)('a disk that stands still costs nothing when it comes back', async () => {
  const { ended, manifests } = silent;
  expect([0, 8], ended.stderr).toContain(ended.code);
  const moved = { code: 'outputUnwritable', lostFrames: 0, lostAudioMs: 0 };
  expect(manifests[1].folders).toMatchObject([{ moved: null }, { moved }]);
  for (const entry of entriesOf(silent)) {
    expect(entry).toMatchObject({ state: 'verified', problem: null });
    expect(entry.stamps?.intact.isEarned).toBe(true);
  }
  await expectNoneMissing(silent);
});

it.skipIf(!canFreeze)(
  'a disk that refuses every write costs a moment, which is told, and what it took before still plays',
  async () => {
    const { ended, folders, manifests } = aborted;
    const [first, second] = manifests;
    // It cannot be finalized there, and that is said.
    expect(ended.code, ended.stderr).toBe(7);
    expect(second).toMatchObject({
      state: 'complete',
      files: [{ file: 'ada-part2.mkv', state: 'verified', stamps: { intact: { isEarned: true } } }],
      folders: [{ path: folders[0] }, { path: folders[1], moved: { code: 'outputUnwritable' } }],
    });
    const entry = first.files[0];
    if (entry === undefined) throw new Error('there is no file');
    const before = await truthOf(folders[0], entry);
    expect(before.frames.length).toBeGreaterThan(5);
    const { lostAudioMs = NaN, lostFrames: frames = NaN } = second.folders?.[1]?.moved ?? {};
    expect(lostAudioMs).toBeGreaterThan(0);
    const missing = await missingIn(aborted);
    expect(missing.filter((count) => count < 0)).toEqual([]);
    const gone = missing.reduce((sum, count) => sum + count, 0);
    // What was lost on the line beside it is on the account of packets.
    expect(Math.abs(gone - frames)).toBeLessThanOrEqual(3);
    // Once: nothing of it is told as what the network has lost, nor twice.
    const warned = ended.stdout.split('\n').filter((line) => line.includes('"name":"diskFailed"'));
    expect(warned).toHaveLength(2);
    expect(ended.stdout).not.toContain('"name":"packetsLost"');
    expect(ended.stderr).toContain(`${frames} frames and`);
  },
);

it.skipIf(!canFreeze)('what a failed disk could not finish is recovered in the second copy', async () => {
  const { backup } = aborted;
  const { manifest, outcome } = await recoverTake(backup);
  expect(outcome).toBe('recovered');
  expect(manifest.files.map(({ file, state }) => `${file} ${state}`)).toEqual([
    'ada.mkv verified',
    'ada-part2.mkv verified',
  ]);
  const [one] = (await readManifest(backup)).files;
  expect((await truthOf(backup, one as ManifestFile)).frames.length).toBeGreaterThan(5);
});
