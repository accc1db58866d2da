import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { constantFps } from '../contract/profile.js';
import type { StreamGap } from '../contract/stamps.js';
import { codecNames, evenCanvas } from '../ffmpeg/ffmpeg-arguments.js';
import { bytesOf } from '../mp4/boxes.js';
import { readFragmentedMovie } from '../mp4/fragmented-movie.js';
import { Mp4Error } from '../mp4/mp4-error.js';
import { sha256OfFile } from '../storage/checksum.js';
import { syncFolder } from '../storage/sync-to-disk.js';
import { type AssembleRequest, type AssembleResult, tooLittleSpace } from './assembly.js';
import type { BlackFiller } from './black-filler.js';
import { hasFinishedMark, writeFinishedMark } from './finished-mark.js';
import { type InPlacePlan, planInPlace } from './in-place-plan.js';
import { InPlaceProof } from './in-place-proof.js';
import { closeSegments, type InPlaceSegments, openSegments } from './in-place-segments.js';
import { undoInPlace, writeInPlace } from './in-place-write.js';
import { planSlots } from './plan-join.js';
import { audioFraming, planTimeline } from './timeline-plan.js';
import { verifyFile } from './verify.js';

/** What became of the attempt to finish a file where it stands. */
export type InPlaceOutcome =
  | { readonly isFinished: true; readonly result: Extract<AssembleResult, { state: 'verified' }> }
  /** Nothing was changed: the file has to be finished in another way. */
  | { readonly isFinished: false; readonly reason: string };

/** Free space beside the header and what is put behind the fragments. */
const reserveBytes = 1_000_000;
/** The share of the work that is done once the file is an ordinary one. */
const writtenFraction = 0.1;

/**
 * Finishes an MP4 where it stands: nothing is copied but all segments apart from the first, a header is put behind the
 * fragments, and the file is read once to prove it.
 *
 * @throws PlateauError `diskFull`, `ffmpegFailed`, `ffmpegMissing`; the error of the system; the reason of the signal.
 *   The segments are as they were then.
 */
export async function finalizeInPlace(
  request: AssembleRequest,
  filler: BlackFiller,
): Promise<InPlaceOutcome> {
  let opened: InPlaceSegments | null = null;
  try {
    opened = await openSegments(request);
    if (opened.segments.length === 0) return { isFinished: false, reason: 'There is nothing in it.' };
    const plan = await planFor(request, opened, filler);
    assertRoom(request, plan);
    await writeInPlace(plan, request.signal);
    request.onProgress?.(writtenFraction);
    const proven = await prove(request, plan).catch(async (thrown: unknown) => {
      // Somebody has no time for the proof: the file stays the ordinary one that it is.
      if (!isGivenUp(request.signal)) await undoInPlace(plan.base);
      throw thrown;
    });
    if ('reason' in proven) {
      await undoInPlace(plan.base);
      return { isFinished: false, reason: proven.reason };
    }
    const { gaps, remarks, segments } = opened;
    await closeSegments(segments);
    opened = null;
    const isCounted = request.segments.every(({ packets }) => packets !== null && packets !== undefined);
    await writeFinishedMark(request.folder, request.targetFile, { ...proven, isCounted, gaps: [...gaps] });
    const { file } = plan.base;
    if (file !== request.targetFile) {
      await rename(join(request.folder, file), join(request.folder, request.targetFile));
      await syncFolder(request.folder);
    }
    const rest = { gaps, isCounted, remarks, fillerMs: plan.fillerUs / 1000 };
    return {
      isFinished: true,
      result: { state: 'verified', file: request.targetFile, ...proven, ...rest },
    };
  } catch (thrown) {
    if (thrown instanceof Mp4Error) return { isFinished: false, reason: thrown.message };
    throw thrown;
  } finally {
    await closeSegments(opened?.segments ?? []);
  }
}

/** An ordinary file that plays and can be seeked, and that nobody has read yet. */
export interface IndexedFile {
  /** False while a segment of another name is what plays: it gets the file's name when it is proven, never before. */
  readonly hasItsName: boolean;
  readonly durationMs: number;
  readonly sizeBytes: number;
  /** Where encoders took with them what they had been given. */
  readonly gaps: readonly StreamGap[];
}

/**
 * Puts the index behind an MP4 and nothing more: it plays and can be seeked from then on, and is not proven.
 * {@link finalizeInPlace} finds it as it is, and goes on.
 *
 * @returns null when it did not; the segments are as they were then
 * @throws as {@link finalizeInPlace} does
 */
export async function indexInPlace(
  request: AssembleRequest,
  filler: BlackFiller,
): Promise<IndexedFile | null> {
  if (request.profile.container !== 'mp4') return null;
  // A crash came when it was finished and proven: it is no segment any more.
  if (await hasFinishedMark(request.folder, request.targetFile)) return null;
  let opened: InPlaceSegments | null = null;
  try {
    opened = await openSegments(request);
    if (opened.segments.length === 0) return null;
    const plan = await planFor(request, opened, filler);
    assertRoom(request, plan);
    await writeInPlace(plan, request.signal);
    return {
      hasItsName: plan.base.file === request.targetFile,
      durationMs: plan.endUs / 1000,
      sizeBytes: sizeOf(plan),
      gaps: opened.gaps,
    };
  } catch (thrown) {
    if (thrown instanceof Mp4Error) return null;
    throw thrown;
  } finally {
    await closeSegments(opened?.segments ?? []);
  }
}

/** Makes fragmented files again of segments that a crash left finished. @throws the error of the system */
export async function undoSegments({ folder, segments, signal }: AssembleRequest): Promise<void> {
  for (const { file } of segments) {
    const handle = await open(join(folder, file), 'r+').catch(() => null);
    try {
      const movie = handle === null ? null : await readFragmentedMovie(handle, signal).catch(() => null);
      if (handle !== null && movie?.isSwitched === true) await undoInPlace({ handle, movie });
    } finally {
      await handle?.close();
    }
  }
}

type Planned = InPlacePlan & { readonly endUs: number; readonly fillerUs: number };

async function planFor(
  { canvas, chapters, profile, signal }: AssembleRequest,
  { segments }: InPlaceSegments,
  filler: BlackFiller,
): Promise<Planned> {
  const framing = audioFraming[codecNames(profile).audio];
  const measured = segments.map((segment) => segment.measured);
  const chunk = { file: '', startUs: 0, firstAudioUs: 0, firstVideoUs: null, videoFrames: 0 };
  const hasVideo = canvas !== null;
  const fps = hasVideo ? constantFps(profile) : null;
  const timeline = planTimeline(measured, framing, chunk);
  const slots = fps === null ? null : planSlots(measured, framing, fps, timeline.endUs);
  const lacksVideo = hasVideo && segments.some(({ video }) => video === null);
  const needsFiller = timeline.fillerUs > 0 || lacksVideo || (slots?.blackFrames ?? 0) > 0;
  const stored = needsFiller ? await filler.stored(profile, canvas, signal) : null;
  const laidOut = { ...timeline, video: slots };
  const plan = planInPlace(segments, laidOut, framing, stored, { hasVideo, fps, chapters });
  return { ...plan, endUs: timeline.endUs, fillerUs: timeline.fillerUs };
}

function assertRoom({ freeBytes = null }: AssembleRequest, { base, movie, movieAtBytes }: Planned): void {
  const neededBytes = movieAtBytes + bytesOf(movie) - base.movie.fileBytes + reserveBytes;
  if (freeBytes !== null && freeBytes < neededBytes) throw tooLittleSpace();
}

function sizeOf({ movie, movieAtBytes }: Planned): number {
  return movieAtBytes + bytesOf(movie);
}

/** By somebody, and not because its time was over. */
function isGivenUp(signal: AbortSignal | undefined): boolean {
  return (
    signal?.aborted === true && !(signal.reason instanceof Error && signal.reason.name === 'TimeoutError')
  );
}

type Proven = Pick<
  Extract<AssembleResult, { state: 'verified' }>,
  'durationMs' | 'sizeBytes' | 'sha256' | 'packets' | 'worstGap'
>;

async function prove(
  { canvas, ffmpegPath, folder, onProgress, priority, profile, signal }: AssembleRequest,
  plan: Planned,
): Promise<Proven | { readonly reason: string }> {
  const path = join(folder, plan.base.file);
  const codecs = codecNames(profile);
  const { endUs } = plan;
  const expectation = {
    canvas: canvas === null ? null : evenCanvas(canvas),
    videoCodec: canvas === null ? null : codecs.video,
    audioCodec: codecs.audio,
    durationMs: endUs / 1000,
  };
  const proof = await InPlaceProof.begin(plan, plan.base.handle);
  let read = 0;
  const onPacket: NonNullable<Parameters<typeof verifyFile>[3]['onPacket']> = (packet) => {
    proof.add(packet);
    read += 1;
    if (read % 1000 === 0)
      onProgress?.(writtenFraction + (1 - writtenFraction) * Math.min(1, read / proof.expected));
  };
  const [verified, sha256] = await Promise.all([
    verifyFile(path, expectation, 'quick', { ffmpegPath, signal, priority, onPacket }),
    sha256OfFile(path, signal),
  ]);
  const reason = proof.difference()?.message ?? verified.findings[0]?.message ?? null;
  if (reason !== null) return { reason };
  return {
    sha256,
    durationMs: verified.durationMs ?? endUs / 1000,
    sizeBytes: sizeOf(plan),
    packets: verified.packets,
    worstGap: verified.worstGap,
  };
}
