import { execFile } from 'node:child_process';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { readManifest } from '#engine/storage/manifest-file.js';
import type { Cleanup } from '../bench/cleanup.js';
import { mountFreezable, mountSmall } from '../fixtures/file-systems.js';
import { type FaultLab, record, recordInto, type RunningRecording } from './fault-lab.js';
import type { FaultTry } from './fault-row.js';
import { apartAfter, isWhole, truthsOf, truthsOfAll } from './take-truth.js';

const run = promisify(execFile);
const diskBytes = 300_000_000;
/** When a fault begins, and how long is recorded after it: seconds. */
const beforeSeconds = 6;
const afterSeconds = 6;

/** The writes of the disk stand still for so long, and come back. */
export function stallDisk(seconds: number): (lab: FaultLab, cleanup: Cleanup) => Promise<FaultTry> {
  return async (lab, cleanup) => {
    const disk = await mountFreezable(join(await lab.newFolder(), 'disk'), diskBytes);
    cleanup.add(() => disk.unmount());
    cleanup.add(() => disk.thaw());
    const out = join(disk.path, 'takes');
    const running = recordInto(lab, cleanup, out);
    await running.untilRecorded(beforeSeconds);
    const before = await takeBefore(running);
    await disk.freeze();
    await wait(seconds * 1000);
    await disk.thaw();
    return goesOn(lab, running, before, Date.now());
  };
}

/** Somebody deletes one file that is recorded, or the whole folder. */
export function deleteWhileRecorded(
  what: 'file' | 'folder',
): (lab: FaultLab, cleanup: Cleanup) => Promise<FaultTry> {
  return async (lab, cleanup) => {
    const running = await record(lab, cleanup);
    await running.untilRecorded(beforeSeconds);
    const before = await takeBefore(running);
    const { folder } = before;
    const [media = ''] = (await readdir(folder)).filter((name) => name.endsWith('.mp4'));
    await rm(what === 'file' ? join(folder, media) : folder, { recursive: true });
    return goesOn(lab, running, before, Date.now());
  };
}

/** Somebody else fills the disk. */
export async function fillDisk(lab: FaultLab, cleanup: Cleanup): Promise<FaultTry> {
  const disk = await mountSmall(join(await lab.newFolder(), 'disk'), diskBytes);
  cleanup.add(() => disk.unmount());
  const running = recordInto(lab, cleanup, join(disk.path, 'takes'));
  await running.untilRecorded(beforeSeconds);
  await fillUp(join(disk.path, 'others'));
  return endsByItself(lab, running, Date.now());
}

/** The file system gives up, and refuses every write from then on, as after an error of its disk. */
export async function abortDisk(lab: FaultLab, cleanup: Cleanup): Promise<FaultTry> {
  const disk = await mountFreezable(join(await lab.newFolder(), 'disk'), diskBytes);
  cleanup.add(() => disk.unmount());
  const running = recordInto(lab, cleanup, join(disk.path, 'takes'));
  await running.untilRecorded(beforeSeconds);
  await run('mount', ['-o', 'remount,abort', disk.path]);
  return endsByItself(lab, running, Date.now());
}

/** Takes all of the space that a disk has left. */
export async function fillUp(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const block of [Buffer.alloc(1_000_000), Buffer.alloc(4_096)]) {
      try {
        for (;;) if ((await file.write(block)).bytesWritten < block.length) break;
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown;
      }
    }
  } finally {
    await file.close();
  }
}

/** What is known of a take before anything happens to it. */
interface TakeBefore {
  readonly folder: string;
  readonly startedAt: string;
}

async function takeBefore({ take }: RunningRecording): Promise<TakeBefore> {
  const folder = await take();
  return { folder, startedAt: (await readManifest(folder)).startedAt };
}

/** The take is stopped some seconds later. @param endedAtMs when the fault had ended */
async function goesOn(
  { people }: FaultLab,
  { command, untilRecorded }: RunningRecording,
  { folder, startedAt }: TakeBefore,
  endedAtMs: number,
): Promise<FaultTry> {
  const endedMs = endedAtMs - Date.parse(startedAt);
  await untilRecorded(endedMs / 1000 + afterSeconds);
  command.signal('SIGINT');
  const { code, stderr } = await command.ended;
  const manifest = await readManifest(folder);
  const truths = await truthsOf(folder, manifest);
  return {
    lostSeconds: Math.max(0, ...truths.map(({ missingSeconds }) => missingSeconds)),
    unaccountedFrames: truths.reduce((sum, one) => sum + one.unaccountedFrames, 0),
    isRecovered: isWhole(manifest, people.length),
    apartMs: apartAfter(truths, endedMs),
    remark: `exit code ${code ?? 'none'}${saidBy(stderr)}`,
  };
}

/**
 * The take cannot go on, and ends by itself. What came until the fault is to be in its files, finished, with a manifest that
 * says so. @param brokenAtMs when the fault came
 */
async function endsByItself(
  { people }: FaultLab,
  { command, take }: RunningRecording,
  brokenAtMs: number,
): Promise<FaultTry> {
  const { code, stderr } = await command.ended;
  const folder = await take();
  const manifest = await readManifest(folder);
  const truths = await truthsOfAll(folder, manifest);
  const brokenMs = brokenAtMs - Date.parse(manifest.startedAt);
  const lost = truths.map(
    ({ durationMs, missingSeconds }) => missingSeconds + Math.max(0, brokenMs - durationMs) / 1000,
  );
  const isFinished =
    manifest.files.length === people.length && manifest.files.every(({ state }) => state === 'verified');
  return {
    lostSeconds: Math.max(0, ...lost),
    unaccountedFrames: truths.reduce((sum, one) => sum + one.unaccountedFrames, 0),
    isRecovered: isFinished && manifest.state === 'failed',
    remark: `exit code ${code ?? 'none'}, ${manifest.state}${saidBy(stderr)}`,
  };
}

/** What the recorder said, for whoever asks for it. */
function saidBy(stderr: string): string {
  return process.env['FAULTS_SAY'] === undefined ? '' : `\n${stderr}`;
}
