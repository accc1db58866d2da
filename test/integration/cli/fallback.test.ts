import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readTakeEntry } from '#engine/console/take-entry.js';
import type { ManifestFile } from '#engine/contract/manifest.js';
import type { TakeEntry } from '#engine/contract/takes.js';
import { recoverTake } from '#engine/recovery/recover-take.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { Cleanup } from '../../bench/cleanup.js';
import { fillUp } from '../../faults/disk-faults.js';
import { type FaultLab, openLab, recordInto } from '../../faults/fault-lab.js';
import { type MovedTake, onlyIn, recordMovedTake } from '../../faults/moved-take.js';
import { truthOf } from '../../faults/take-truth.js';
import { runCommand } from '../../fixtures/command.js';
import { canFreeze, mountFreezable, mountSmall } from '../../fixtures/file-systems.js';

const run = promisify(execFile);
const cleanup = new Cleanup();
/** A take whose backup's disk was full for a while, and whose recorder was killed then. */
interface Killed {
  readonly output: string;
  readonly take: string;
  readonly backup: string;
}

let full: MovedTake;
let aborted: MovedTake;
let killed: Killed;

beforeAll(async () => {
  if (!canFreeze) return;
  const root = await mkdtemp(join(tmpdir(), 'plateau-fallback-'));
  cleanup.add(() => rm(root, { recursive: true, force: true }));
  const small = await mountSmall(join(root, 'small'), 120_000_000);
  cleanup.add(() => small.unmount());
  const failing = await mountFreezable(join(root, 'failing'), 200_000_000);
  cleanup.add(() => failing.unmount());
  const second = await mountSmall(join(root, 'second'), 200_000_000);
  cleanup.add(() => second.unmount());
  const lab = await openLab(['ada'], cleanup, () => undefined);
  full = await recordMovedTake(lab, cleanup, [small.path, join(root, 'other'), join(root, 'copies')], () =>
    fillUp(join(small.path, 'others')),
  );
  aborted = await recordMovedTake(
    lab,
    cleanup,
    [failing.path, join(root, 'further'), join(root, 'last')],
    () => run('mount', ['-o', 'remount,abort', failing.path]),
  );
  killed = await killedWithBackup(lab, join(root, 'own'), second.path);
}, 150_000);

afterAll(async () => {
  await cleanup.run();
});

async function killedWithBackup(lab: FaultLab, out: string, disk: string): Promise<Killed> {
  const copies = join(disk, 'copies');
  const running = recordInto(lab, cleanup, out, ['--backup', copies]);
  await running.untilRecorded(1);
  await fillUp(join(disk, 'others'));
  await running.command.says(/"name":"backupBehind"/);
  await rm(join(disk, 'others'));
  await running.command.says(/"name":"backupBehind"[^]*"backup":\{[^}]*"problem":null\}/);
  const backup = await onlyIn(copies);
  // As another process sees it: a take that somebody records.
  expect((await readTakeEntry(backup, false)).condition).toBe('elsewhere');
  running.command.signal('SIGKILL');
  const { stderr, stdout: told } = await running.command.ended;
  return { output: told + stderr, take: await running.take(), backup };
}

async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** Frames that were sent between the first and the last one of a take, and that no file shows: as its accounts say. */
async function expectEveryFrameAccountedFor({ folders, manifests }: MovedTake): Promise<void> {
  const entries = manifests.map(({ files }) => files[0] as ManifestFile);
  const counters: number[] = [];
  for (const [index, entry] of entries.entries()) {
    const { frames } = await truthOf(folders[index] ?? '', entry);
    counters.push(...frames.flatMap(({ counter }) => (counter === null ? [] : [counter])));
  }
  const shown = new Set(counters);
  const sent = Math.max(...counters) - Math.min(...counters) + 1;
  const [last, second] = entries.toReversed();
  const dropped = [last, second].map((entry) =>
    Object.values(entry?.video.dropped ?? {}).reduce((sum, count) => sum + count, 0),
  );
  const missed = (last?.missedFrames ?? 0) + (second?.missedFrames ?? 0);
  // What never arrived is inferred from timestamps.
  const inferred = 2;
  const accounted = dropped.reduce((sum, count) => sum + count, missed + inferred);
  expect(sent - shown.size).toBeLessThanOrEqual(accounted);
  // Nothing is recorded twice, and what is in the other folder comes after what is in the first.
  expect(counters).toEqual(counters.toSorted((a, b) => a - b));
}

it.skipIf(!canFreeze)(
  'a take whose disk is full goes on in its other folder, and every file is whole',
  async () => {
    const { ended, folders, manifests } = full;
    const [first, second] = manifests;
    // A busy machine may lose frames, or see too few; the disk costs nothing that makes a take fail.
    expect([0, 8, 9], ended.stderr).toContain(ended.code);
    expect([first.state, second.state]).toEqual(['complete', 'complete']);
    expect(first.files).toMatchObject([{ file: 'ada.mp4', state: 'verified', part: { number: 1 } }]);
    expect(second.files).toMatchObject([{ file: 'ada-part2.mp4', state: 'verified', part: { number: 2 } }]);
    for (const entry of [...first.files, ...second.files]) expect(entry.stamps?.intact.isEarned).toBe(true);
    expect(first.files[0]?.part?.endMs).toBe(second.files[0]?.part?.startMs);
    const fromMs = Math.round(second.files[0]?.part?.startMs ?? NaN);
    const listed = folders.map((path, index) => ({
      path,
      fromPart: index + 1,
      moved: index === 0 ? null : { code: 'diskFull' },
    }));
    for (const [index, { folders: named }] of manifests.entries()) {
      expect(named).toMatchObject(listed);
      expect(named?.map(({ isThis }) => isThis)).toEqual([index === 0, index === 1]);
      expect(named?.[1]?.fromMs).toBe(fromMs);
    }
    await expectEveryFrameAccountedFor(full);
  },
);

it.skipIf(!canFreeze)('it is said once why, from when on, where, and what was lost by it', () => {
  const { ended, folders, manifests } = full;
  const events = ended.stdout.split('\n').filter((line) => line.includes('"name":"takeMoved"'));
  expect(events).toHaveLength(1);
  expect(ended.stdout).not.toContain('"name":"takeStopped"');
  const told = ended.stderr.split('\n').filter((line) => line.includes(folders[1]));
  // Whichever is noticed first: that nothing can be written, or that there is hardly any room.
  const reason = /because the disk (of the output folder )?is (almost )?full/;
  expect(told).toEqual([expect.stringMatching(reason)]);
  const { lostFrames } = manifests[1].folders?.[1]?.moved ?? { lostFrames: NaN };
  expect(told[0]).toContain(lostFrames === 0 ? 'lost by that' : `${lostFrames} frame`);
});

it.skipIf(!canFreeze)('both folders are one take in the list, from either side', async () => {
  for (const folder of full.folders) {
    const listed = await runCommand(['takes', join(folder, '..'), '--json']);
    const result = JSON.parse(listed.stdout.trim().split('\n').at(-1) ?? '{}') as { takes: TakeEntry[] };
    expect(result.takes).toHaveLength(1);
    expect(result.takes[0]).toMatchObject({
      condition: 'verified',
      files: [
        { file: 'ada.mp4', partNumber: 1 },
        { file: 'ada-part2.mp4', partNumber: 2 },
      ],
    });
  }
});

it.skipIf(!canFreeze)(
  'a disk that refuses every write costs a moment, and what it took before still plays',
  async () => {
    const { ended, folders, manifests } = aborted;
    const [first, second] = manifests;
    // It cannot be finalized there, and that is said.
    expect(ended.code, ended.stderr).toBe(7);
    expect(ended.stderr).toContain('ada.mp4 is fragmented');
    expect(second).toMatchObject({
      state: 'complete',
      files: [{ file: 'ada-part2.mp4', state: 'verified', stamps: { intact: { isEarned: true } } }],
      folders: [{ path: folders[0] }, { path: folders[1], moved: { code: 'outputUnwritable' } }],
    });
    expect(first.state).toBe('recording');
    const entry = first.files[0];
    if (entry === undefined) throw new Error('there is no file');
    const { durationMs, frames } = await truthOf(folders[0], entry);
    const startMs = second.files[0]?.part?.startMs ?? NaN;
    // What an encoder had not written, and the moment until the other folder stood.
    expect(startMs - durationMs).toBeLessThan(8_000);
    expect(frames.length).toBeGreaterThan(5);
  },
);

it.skipIf(!canFreeze)(
  'the second copy has every part in one folder, and is proven to be what they are',
  async () => {
    const { backup, ended, folders, manifests } = full;
    const path = backup;
    for (const { backup: told } of manifests)
      expect(told).toEqual({ path, isThis: false, state: 'proven', provenFiles: 2, problem: null });
    const copied = await readManifest(backup);
    expect(copied).toMatchObject({
      state: 'complete',
      backup: { isThis: true, state: 'proven' },
      files: [
        { file: 'ada.mp4', state: 'verified' },
        { file: 'ada-part2.mp4', state: 'verified' },
      ],
    });
    expect(copied.folders).toBeUndefined();
    for (const [index, folder] of folders.entries()) {
      const { file, sha256 } = manifests[index]?.files[0] ?? { file: '', sha256: null };
      expect(await sha256Of(join(backup, file))).toBe(sha256);
      expect(await sha256Of(join(folder, file))).toBe(sha256);
    }
    expect((await readdir(backup)).toSorted()).toEqual([
      'ada-part2.mp4',
      'ada.mp4',
      'manifest.json',
      'telemetry-part2.ndjson',
      'telemetry.ndjson',
    ]);
    expect(ended.stderr).toContain(
      `The backup is in ${backup}: 2 files, byte by byte what they are in the take.`,
    );
  },
);

it.skipIf(!canFreeze)('what a failed disk could not finish is recovered in the backup', async () => {
  const { backup, manifests } = aborted;
  // Such a disk can still be read: the backup is what is on it.
  expect(manifests[1].backup).toMatchObject({ state: 'proven', provenFiles: 2 });
  const states = (await readManifest(backup)).files.map(({ state }) => state);
  expect(states).toEqual(['fragmented', 'verified']);
  const { manifest, outcome } = await recoverTake(backup);
  expect(outcome).toBe('recovered');
  expect(manifest.files.map(({ file, state }) => `${file} ${state}`)).toEqual([
    'ada.mp4 verified',
    'ada-part2.mp4 verified',
  ]);
  const { frames } = await truthOf(backup, manifest.files[0] as ManifestFile);
  expect(frames.length).toBeGreaterThan(5);
});

it.skipIf(!canFreeze)(
  'a backup whose disk is full is a warning; it catches up, and outlives its recorder as a take',
  async () => {
    const { backup, output, take } = killed;
    const warning = output.split('\n').find((line) => line.includes('"name":"backupBehind"'));
    expect(warning).toContain('The backup stands still: the disk of the backup folder is full');
    expect(warning).toContain('The take goes on. Free some space on it');
    const durations: number[] = [];
    for (const folder of [take, backup]) {
      const { files, recovered: how, state } = (await recoverTake(folder)).manifest;
      expect({ state, files }).toMatchObject({
        state: 'complete',
        files: [{ file: 'ada.mp4', state: 'verified' }],
      });
      expect(how?.interruptedWhile).toBe('recording');
      durations.push(files[0]?.durationMs ?? NaN);
    }
    const [ofTake = NaN, ofBackup = NaN] = durations;
    expect(ofTake - ofBackup).toBeLessThan(2_000);
  },
);
