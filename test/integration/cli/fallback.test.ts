import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Manifest } from '#engine/contract/manifest.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import { Cleanup } from '../../bench/cleanup.js';
import { fillUp } from '../../faults/disk-faults.js';
import { openLab, recordInto } from '../../faults/fault-lab.js';
import { truthOf } from '../../faults/take-truth.js';
import type { CommandResult } from '../../fixtures/command.js';
import { canFreeze, mountFreezable, mountSmall } from '../../fixtures/file-systems.js';

const run = promisify(execFile);
const cleanup = new Cleanup();

/** A take that has gone on in another folder. */
interface Moved {
  readonly ended: CommandResult;
  /** Of the folder that it began in, and of the other one. */
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
  const moved = async (name: string, disk: string, fail: () => Promise<unknown>): Promise<Moved> => {
    const [out, other] = [join(disk, 'takes'), join(root, `other-${name}`)];
    const running = recordInto(lab, cleanup, out, ['--fallback', other]);
    await running.untilRecorded(3);
    const first = await running.take();
    await fail();
    const elsewhere = { ...running, out: other };
    await untilParts(elsewhere.out);
    running.command.signal('SIGINT');
    const ended = await running.command.ended;
    const [second = ''] = await readdir(other);
    const folders = [first, join(other, second)] as const;
    return { ended, folders, manifests: [await readManifest(folders[0]), await readManifest(folders[1])] };
  };
  full = await moved('full', small.path, () => fillUp(join(small.path, 'others')));
  aborted = await moved('aborted', failing.path, () => run('mount', ['-o', 'remount,abort', failing.path]));
}, 120_000);

afterAll(async () => {
  await cleanup.run();
});

/** Until the other folder has two seconds of a part. */
async function untilParts(out: string): Promise<void> {
  const deadlineMs = performance.now() + 40_000;
  for (;;) {
    const [name] = await readdir(out).catch(() => []);
    const manifest = name === undefined ? null : await readManifest(join(out, name)).catch(() => null);
    const startMs = manifest?.files[0]?.part?.startMs;
    if (manifest !== null && startMs !== undefined) {
      const nowMs = Date.now() - Date.parse(manifest.startedAt);
      if (nowMs > startMs + 3_000) return;
    }
    if (performance.now() > deadlineMs) throw new Error(`nothing is recorded in ${out}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

it.skipIf(!canFreeze)('a take whose disk is full goes on in its other folder, and is one take', () => {
  const { ended, folders, manifests } = full;
  const [first, second] = manifests;
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  console.log(
    ended.stderr,
    JSON.stringify(
      [
        first.folders,
        second.folders,
        first.files.map((f) => [f.file, f.part, f.state, f.stamps?.complete, f.segments]),
        second.files.map((f) => [f.file, f.part, f.state, f.stamps?.complete, f.segments]),
      ],
      null,
      1,
    ),
    folders,
  );
});

it.skipIf(!canFreeze)('a take whose disk fails goes on in its other folder', () => {
  const { ended, folders, manifests } = aborted;
  const [first, second] = manifests;
  console.log(
    ended.code,
    ended.stderr,
    JSON.stringify(
      [
        first.folders,
        second.folders,
        first.files.map((f) => [f.file, f.part, f.state, f.stamps?.complete, f.segments]),
        second.files.map((f) => [f.file, f.part, f.state, f.stamps?.complete, f.segments]),
      ],
      null,
      1,
    ),
    folders,
  );
  expect(ended.stdout).toContain('takeMoved');
});
