import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import type { StreamGap } from '../contract/stamps.js';
import { syncFolder } from '../storage/sync-to-disk.js';
import { type AssembleRequest, type AssembleResult, finalizeFailure, tooLittleSpace } from './assembly.js';
import { BlackFiller } from './black-filler.js';
import { blackCopyOf } from './black-video.js';
import { finalizeInPlace, type InPlaceOutcome, undoSegments } from './finalize-in-place.js';
import { finishedMarkName, readFinishedMark, writeFinishedMark } from './finished-mark.js';
import { concatSegments, proveAndHash } from './join-segments.js';
import { type MeasuredSegments, measureSegments } from './measure-segments.js';
import { planJoin, videoLateMs } from './plan-join.js';

/** Left free beside the copy for the manifest and whatever else the machine writes. */
const reserveBytes = 20_000_000;

/**
 * Makes one ordinary file (with an index, so that a player can seek) of the growing files of one
 * participant or screen share, on the take's timeline from its start, without encoding them again.
 *
 * An MP4 is finished where it stands; see {@link finalizeInPlace}. What cannot be, and every other container, is copied:
 * written beside the target, read back and held against the segments packet by packet, decoded at its end, fsynced,
 * renamed over it; only then are the segments removed.
 * Whatever goes wrong is returned and leaves them as they were (but for a header half written at the end).
 */
export async function assemble(request: AssembleRequest): Promise<AssembleResult> {
  const temporary = join(request.folder, `.${request.targetFile}.finalizing`);
  const listFiles = ['parts', 'video-parts', 'chapters'].map((name) =>
    join(request.folder, `.${request.targetFile}.${name}`),
  );
  const filler = request.filler ?? new BlackFiller(request.folder, request.ffmpegPath);
  let gaps: readonly StreamGap[] = [];
  try {
    const finished = await finishedBefore(request);
    if (finished !== null) return finished;
    const inPlace = await inPlaceOf(request, filler);
    if (inPlace?.isFinished === true) {
      await removeSegments(request);
      request.onProgress?.(1);
      return inPlace.result;
    }
    await assertRoomForCopy(request);
    const measured = await measureSegments(request);
    ({ gaps } = measured);
    const failed = unusable(request, measured);
    if (failed !== null) return failed;
    const plan = await planJoin(request, measured.segments, filler);
    const lateMs = videoLateMs(request.profile, measured.segments);
    await concatSegments(request, plan, lateMs, listFiles, temporary);
    const joined = await proveAndHash(request, plan, measured, temporary);
    if ('findings' in joined)
      return { state: 'fragmented', keptFiles: segmentFiles(request), gaps, ...joined };
    // From here on it is on the disk that the file is no segment any more, whenever this process is killed.
    const { isCounted } = measured;
    await writeFinishedMark(request.folder, request.targetFile, { ...joined, isCounted, gaps: [...gaps] });
    await publishAtomically(request, temporary);
    request.onProgress?.(1);
    return {
      state: 'verified',
      file: request.targetFile,
      ...joined,
      gaps,
      isCounted,
      fillerMs: plan.fillerUs / 1000,
      remarks: [...measured.remarks, ...(inPlace === null ? [] : [copiedRemark(request, inPlace.reason)])],
    };
  } catch (thrown) {
    const problem = finalizeFailure(thrown);
    await rm(join(request.folder, finishedMarkName(request.targetFile)), { force: true }).catch(
      () => undefined,
    );
    return { state: 'fragmented', keptFiles: segmentFiles(request), problem, findings: [], gaps };
  } finally {
    if (request.filler === undefined) await filler.dispose();
    const copies = segmentFiles(request).map((file) =>
      join(request.folder, blackCopyOf(file, request.profile.container)),
    );
    const rest = [temporary, ...listFiles, ...copies];
    await Promise.all(rest.map((path) => rm(path, { force: true })));
  }
}

/** Null for what is not finished where it stands. */
async function inPlaceOf(request: AssembleRequest, filler: BlackFiller): Promise<InPlaceOutcome | null> {
  if (request.profile.container !== 'mp4') return null;
  const outcome = await finalizeInPlace(request, filler);
  // A crash may have left one of them finished: to ffmpeg it would be a segment that holds the whole timeline.
  if (!outcome.isFinished) await undoSegments(request);
  return outcome;
}

function copiedRemark({ targetFile }: AssembleRequest, reason: string): string {
  return `${targetFile} was copied to be finalized. ${reason}`;
}

async function assertRoomForCopy({ folder, freeBytes = null, segments }: AssembleRequest): Promise<void> {
  if (freeBytes === null) return;
  const sizes = await Promise.all(
    segments.map(({ file }) =>
      stat(join(folder, file)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  if (freeBytes < sizes.reduce((sum, size) => sum + size, reserveBytes)) throw tooLittleSpace();
}

/** A crash came after the file had taken its place: what was left to do is done. Null when there is no such file. */
async function finishedBefore(request: AssembleRequest): Promise<AssembleResult | null> {
  const { folder, signal, targetFile } = request;
  const mark = await readFinishedMark(folder, targetFile, signal);
  if (mark === null) return null;
  await removeSegments(request);
  return { state: 'verified', file: targetFile, ...mark, fillerMs: 0, remarks: [] };
}

/** Why nothing can be made of the segments; null when something can. */
function unusable(
  request: AssembleRequest,
  { findings, gaps, segments }: MeasuredSegments,
): Exclude<AssembleResult, { readonly state: 'verified' }> | null {
  const [first] = findings;
  if (first === undefined && segments.length > 0) return null;
  const isReadable = findings.every(({ code }) => code === 'packetsDiffer') && segments.length > 0;
  return {
    // What differs from what was written may still play.
    state: isReadable ? 'fragmented' : 'damaged',
    keptFiles: segmentFiles(request),
    problem: new PlateauError(
      first === undefined ? 'nothingRecorded' : 'verificationFailed',
      first?.message ?? 'Nothing was written before the take ended.',
      'The parts of the recording were kept in the take folder.',
    ),
    findings,
    gaps,
  };
}

async function publishAtomically(request: AssembleRequest, temporary: string): Promise<void> {
  await rename(temporary, join(request.folder, request.targetFile));
  await syncFolder(request.folder);
  await removeSegments(request);
}

async function removeSegments(request: AssembleRequest): Promise<void> {
  const done = segmentFiles(request).filter((file) => file !== request.targetFile);
  await Promise.all(done.map((file) => rm(join(request.folder, file), { force: true })));
}

function segmentFiles(request: AssembleRequest): string[] {
  return request.segments.map((segment) => segment.file);
}
