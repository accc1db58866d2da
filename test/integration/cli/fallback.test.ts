import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Manifest, ManifestFile } from '#engine/contract/manifest.js';
import type { TakeEntry } from '#engine/contract/takes.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { Cleanup } from '../../bench/cleanup.js';
import { fillUp } from '../../faults/disk-faults.js';
import { type FaultLab, openLab, recordInto } from '../../faults/fault-lab.js';
import { truthOf } from '../../faults/take-truth.js';
import { type CommandResult, runCommand } from '../../fixtures/command.js';
import { canFreeze, mountFreezable, mountSmall } from '../../fixtures/file-systems.js';

const run = promisify(execFile);
const cleanup = new Cleanup();
/** How much of the other folder is recorded, in milliseconds. */
const recordedThereMs = 2_500;

/** A take that has gone on in another folder. */
interface Moved {
  readonly ended: CommandResult;
  /** The folder that it began in, and the other one. */
  readonly folders: readonly [string, string];
  readonly manifests: readonly [Manifest, Manifest];
}

let full: Moved;
let aborted: Moved;

beforeAll(async () => {
  if (!canFreeze) return;
  const root = await mkdtemp(join(tmpdir(), 'plateau-fallback-'));
  cleanup.add(() => rm(root, { recursive: true, force: true }));
  const small = await mountSmall(join(root, 'small'), 120_000_000);
  cleanup.add(() => small.unmount());
  const failing = await mountFreezable(join(root, 'failing'), 200_000_000);
  cleanup.add(() => failing.unmount());
  const lab = await openLab(['ada'], cleanup, () => undefined);
  full = await moved(lab, [small.path, join(root, 'other')], () => fillUp(join(small.path, 'others')));
  aborted = await moved(lab, [failing.path, join(root, 'further')], () =>
    run('mount', ['-o', 'remount,abort', failing.path]),
  );
}, 150_000);

afterAll(async () => {
  await cleanup.run();
});

/** A take whose disk fails after three seconds. */
async function moved(
  lab: FaultLab,
  [disk, other]: readonly [string, string],
  fail: () => Promise<unknown>,
): Promise<Moved> {
  const running = recordInto(lab, cleanup, join(disk, 'takes'), ['--fallback', other]);
  await running.untilRecorded(3);
  const first = await running.take();
  await fail();
  await untilRecordedThere(other);
  running.command.signal('SIGINT');
  const ended = await running.command.ended;
  const [name = ''] = await readdir(other);
  const folders = [first, join(other, name)] as const;
  return { ended, folders, manifests: [await readManifest(folders[0]), await readManifest(folders[1])] };
}

async function untilRecordedThere(out: string): Promise<void> {
  const deadlineMs = performance.now() + 40_000;
  while (performance.now() < deadlineMs) {
    const [name] = await readdir(out).catch(() => []);
    const manifest = name === undefined ? null : await readManifest(join(out, name)).catch(() => null);
    const startMs = manifest?.files[0]?.part?.startMs ?? Infinity;
    if (manifest !== null && Date.now() - Date.parse(manifest.startedAt) > startMs + recordedThereMs) return;
    await wait(100);
  }
  throw new Error(`nothing is recorded in ${out}`);
}

/** Frames that were sent between the first and the last one of a take, and that no file shows: as its accounts say. */
async function expectEveryFrameAccountedFor({ folders, manifests }: Moved): Promise<void> {
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
