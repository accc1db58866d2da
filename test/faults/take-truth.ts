import { join } from 'node:path';
import { unaccountedFrames } from '#engine/contract/drop-causes.js';
import type { Manifest, ManifestFile } from '#engine/contract/manifest.js';
import { analyseTakeContent } from '#engine/lab/content/take-content.js';
import { fps, size } from './fault-lab.js';

/** What a file really holds, beside what its accounts say. */
export interface FileTruth {
  readonly file: string;
  /** Between the first and the last frame, in seconds: sent, and not there. */
  readonly missingSeconds: number;
  /** Of the accounts, how many are not true: a sum that does not add up, or frames that were written and are not there. */
  readonly unaccountedFrames: number;
}

/** Decodes a finished file and holds its accounts against it. */
export async function truthOf(take: string, entry: ManifestFile): Promise<FileTruth> {
  const { counters, frames } = await analyseTakeContent(join(take, entry.file), { frames: [size] });
  const read = frames.filter(({ counter }) => counter !== null).length;
  const inFile = read - counters.duplicated.length;
  const sums = [entry.video, entry.audio].map((account) => Math.abs(unaccountedFrames(account)));
  return {
    file: entry.file,
    missingSeconds: counters.missing.length / fps,
    unaccountedFrames: Math.abs(entry.video.written - inFile) + sums.reduce((sum, one) => sum + one, 0),
  };
}

/** All files of a take that are finished. */
export async function truthsOf(take: string, { files }: Manifest): Promise<FileTruth[]> {
  const truths: FileTruth[] = [];
  for (const entry of files) if (entry.state === 'verified') truths.push(await truthOf(take, entry));
  return truths;
}

/** Whether every file is finished and proven. */
export function isWhole({ files, state }: Manifest, people: number): boolean {
  return state === 'complete' && files.length === people && files.every((file) => file.state === 'verified');
}
