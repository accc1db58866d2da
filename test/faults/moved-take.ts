import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Manifest } from '#engine/contract/manifest.js';
import { readManifest } from '#engine/storage/manifest-file.js';
import type { Cleanup } from '../bench/cleanup.js';
import type { CommandResult } from '../fixtures/command.js';
import { type FaultLab, recordInto } from './fault-lab.js';

/** How much of the other folder is recorded, in milliseconds. */
const recordedThereMs = 2_500;

/** A take that has gone on in another folder. */
export interface MovedTake {
  readonly ended: CommandResult;
  /** The folder that it began in, and the other one. */
  readonly folders: readonly [string, string];
  readonly manifests: readonly [Manifest, Manifest];
  /** Of its second copy. */
  readonly backup: string;
}

/** A disk that takes are recorded on, a folder on another one, and one for second copies. */
export type FoldersOfTake = readonly [disk: string, other: string, copies: string];

/** A take whose disk fails after three seconds. @param args of `plateau record`, beside the folders */
export async function recordMovedTake(
  lab: FaultLab,
  cleanup: Cleanup,
  [disk, other, copies]: FoldersOfTake,
  fail: () => Promise<unknown>,
  args: readonly string[] = [],
): Promise<MovedTake> {
  const further = ['--fallback', other, '--backup', copies, ...args];
  const running = recordInto(lab, cleanup, join(disk, 'takes'), further);
  await running.untilRecorded(3);
  const first = await running.take();
  await fail();
  await untilRecordedThere(other);
  running.command.signal('SIGINT');
  const ended = await running.command.ended;
  const [name = ''] = await readdir(other);
  const folders = [first, join(other, name)] as const;
  const manifests = [await readManifest(folders[0]), await readManifest(folders[1])] as const;
  return { ended, folders, manifests, backup: await onlyIn(copies) };
}

/** The one take that a folder holds. */
export async function onlyIn(folder: string): Promise<string> {
  const [name, ...others] = await readdir(folder);
  if (name === undefined || others.length > 0) throw new Error(`${folder} does not hold one take`);
  return join(folder, name);
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
