import { rmdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PlateauError, toPlateauError } from '../contract/errors.js';
import type { TakeRequest } from '../contract/recording.js';
import { inTime } from '../process/deadline.js';
import { assertOpenFileLimit } from '../process/open-files.js';
import { answersInTime } from '../process/path-answers.js';
import { type FfmpegTask, findSuitableFfmpeg } from '../sink/suitable-ffmpeg.js';
import { inMadeFolder } from '../storage/make-folders.js';
import { assertOutputPath } from '../storage/output-path.js';
import { diskNotAnswering, freeBytesOf, outputError } from '../storage/take-folder.js';
import { diskOfferOf } from '../take/disk-offer.js';
import { assertFreeSpace } from '../take/disk-space-monitor.js';
import { type CopiesOfTake, type DiskOffer, planSpace } from '../take/space-plan.js';
import { assertSpaceForBackup, compareBackup } from './backup-folder.js';
import { compareFolders } from './other-folder.js';

/** How long the folder may take for all that is tried in it, in milliseconds. */
const checkPatienceMs = 20_000;
/** Folders whose speed is known: it is the disk's, and measuring would hold up the start of a take. */
const maxKnownSpeeds = 100;
const knownSpeeds = new Map<string, number | null>();

/** What was found of the folder for takes. */
export interface OutputCheck {
  /** Null when the file system does not say. */
  readonly freeBytes: number | null;
  /** Sentences: what may not fit, or may be too slow. */
  readonly warnings: readonly string[];
}

/** What was found before anybody was connected to. */
export interface Preflight extends OutputCheck {
  readonly ffmpegVersion: string;
}

/** What is known of a take before its room is joined. */
export type PlannedTake = FfmpegTask &
  Partial<Pick<TakeRequest, 'backupFolder' | 'fallbackFolder' | 'participants' | 'plannedMs'>>;

/**
 * Checks everything on this machine that a take needs, so that a room is only joined when it can be recorded.
 * Leaves no trace: folders that had to be created for the check are removed again.
 *
 * @throws PlateauError `tooManyOpenFiles`, `usage`, `outputUnwritable`, `diskFull`, `ffmpegMissing`, `ffmpegUnsuitable`
 */
export async function checkBeforeConnecting(outputFolder: string, task: PlannedTake): Promise<Preflight> {
  assertOpenFileLimit(task.mode === 'copy');
  const output = await checkOutputs({ ...task, outputFolder: resolve(outputFolder) });
  const ffmpeg = await findSuitableFfmpeg(task);
  return { ...output, ffmpegVersion: ffmpeg.version };
}

/**
 * The same of all folders, when there is another one for a disk that fails, or for a second copy.
 *
 * @returns what was found of the output folder, and the warnings of all
 * @throws PlateauError as {@link checkOutput} does, also `usage` when two of them are one folder
 */
export async function checkOutputs(
  take: PlannedTake & Pick<TakeRequest, 'outputFolder'>,
): Promise<OutputCheck> {
  const { backupFolder, fallbackFolder, outputFolder } = take;
  const backup =
    backupFolder === undefined ? null : await compareBackup({ ...take, outputFolder, backupFolder });
  const copies = backup?.isOnDiskOfTake === true ? 2 : 1;
  const output = await checkOutput(outputFolder, { ...take, copies });
  const warnings = [...output.warnings];
  if (fallbackFolder !== undefined) {
    const sameDisk = await compareFolders(outputFolder, fallbackFolder);
    const fallback = await checkFurther('fallback', fallbackFolder, take);
    warnings.push(...(sameDisk === null ? [] : [sameDisk]), ...fallback.warnings);
  }
  if (backupFolder !== undefined && backup !== null) {
    const found = await checkFurther('backup', backupFolder, { ...take, copies });
    assertSpaceForBackup(found.freeBytes);
    warnings.push(...backup.warnings, ...found.warnings);
  }
  return { ...output, warnings };
}

/** @returns what was found of it; its warnings name it */
async function checkFurther(
  name: 'fallback' | 'backup',
  folder: string,
  take: PlannedTake & CopiesOfTake,
): Promise<OutputCheck> {
  const found = await checkOutput(folder, take).catch((thrown: unknown) => {
    const { code, hint, message } = toPlateauError(thrown);
    throw new PlateauError(code, `The ${name} folder cannot be used: ${message}`, hint, { cause: thrown });
  });
  return { ...found, warnings: found.warnings.map((warning) => `The ${name} folder: ${warning}`) };
}

/**
 * Checks the folder for takes: that its path is one, that its disk answers, can be written, and holds what is planned. Every
 * take begins with it, whoever starts it.
 *
 * @throws PlateauError `usage`, `outputUnwritable`, also of a disk that does not answer, `diskFull`
 */
export async function checkOutput(folder: string, take: PlannedTake & CopiesOfTake): Promise<OutputCheck> {
  assertOutputPath(folder);
  if (!(await answersInTime(folder, 'write'))) throw diskNotAnswering();
  const found = await inTime(offerOf(folder), checkPatienceMs);
  if (!found.isInTime) throw diskNotAnswering();
  const { participants = null, plannedMs = null, ...task } = take;
  const warnings = planSpace({ ...task, participants, plannedMs }, found.value);
  return { freeBytes: found.value.freeBytes, warnings };
}

async function offerOf(folder: string): Promise<DiskOffer> {
  try {
    return await inMadeFolder(folder, (created) => tryFolder(folder, created));
  } catch (thrown) {
    throw outputError(thrown, folder);
  }
}

/** @param created for this, and removed again */
async function tryFolder(folder: string, created: readonly string[]): Promise<DiskOffer> {
  try {
    const freeBytes = await freeBytesOf(folder);
    if (freeBytes !== null) assertFreeSpace(freeBytes);
    const offer = await diskOfferOf(folder, knownSpeeds.get(folder));
    if (knownSpeeds.size >= maxKnownSpeeds) knownSpeeds.clear();
    knownSpeeds.set(folder, offer.writeBytesPerSecond);
    return offer;
  } finally {
    await removeEmptyFolders(created);
  }
}

async function removeEmptyFolders(created: readonly string[]): Promise<void> {
  for (const folder of created) {
    try {
      await rmdir(folder);
    } catch {
      // Somebody else has put something into it meanwhile: it stays.
      return;
    }
  }
}
