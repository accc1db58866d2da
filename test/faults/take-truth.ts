import { join } from 'node:path';
import { unaccountedFrames } from '#engine/contract/drop-causes.js';
import type { Manifest, ManifestFile } from '#engine/contract/manifest.js';
import type { MarkPair } from '#engine/lab/content/content-statistics.js';
import { analyseTakeContent, type ContentFrame } from '#engine/lab/content/take-content.js';
import { fps, size } from './fault-lab.js';

/** What a file really holds, beside what its accounts say. */
export interface FileTruth {
  readonly file: string;
  /** Between the first and the last frame, in seconds: sent, and not there. */
  readonly missingSeconds: number;
  /** Of the accounts, how many are not true: a sum that does not add up, or frames that were written and are not there. */
  readonly unaccountedFrames: number;
  /** Its flashes and beeps. */
  readonly pairs: readonly MarkPair[];
  readonly durationMs: number;
  readonly frames: readonly ContentFrame[];
}

/** Decodes a finished file and holds its accounts against it. */
export async function truthOf(take: string, entry: ManifestFile): Promise<FileTruth> {
  const { counters, durationMs, frames, pairs } = await analyseTakeContent(join(take, entry.file), {
    frames: [size],
  });
  const read = frames.filter(({ counter }) => counter !== null).length;
  const inFile = read - counters.duplicated.length;
  const sums = [entry.video, entry.audio].map((account) => Math.abs(unaccountedFrames(account)));
  return {
    ...{ durationMs, frames, pairs },
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

/** All files of a take that there are, whatever became of them. */
export async function truthsOfAll(take: string, { files }: Manifest): Promise<FileTruth[]> {
  const truths: FileTruth[] = [];
  for (const entry of files) truths.push(await truthOf(take, entry));
  return truths;
}

/** Whether every file is finished and proven. */
export function isWhole({ files, state }: Manifest, people: number): boolean {
  return state === 'complete' && files.length === people && files.every((file) => file.state === 'verified');
}

/** How long after a fault audio and video may be apart, in milliseconds. */
const settledAfterMs = 2_000;

/**
 * How far audio and video are apart at the most, over all files that show a flash with a beep by then, in milliseconds.
 *
 * @param endedMs where the fault ended, on the take's timeline
 * @throws Error when no file does: nothing is known then
 */
export function apartAfter(truths: readonly FileTruth[], endedMs: number): number {
  const offsets = truths
    .flatMap(({ pairs }) => pairs)
    .filter(({ flashMs }) => flashMs >= endedMs + settledAfterMs)
    .map(({ offsetMs }) => Math.abs(offsetMs));
  if (offsets.length === 0) throw new Error('no file has a flash with a beep after the fault');
  return Math.max(...offsets);
}
