import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlateauError, toPlateauError } from '../contract/errors.js';
import type { Profile } from '../contract/profile.js';
import type { StreamGap, StreamPackets } from '../contract/stamps.js';
import { type Canvas, codecNames, evenCanvas } from '../ffmpeg/ffmpeg-arguments.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { sha256OfFile } from '../storage/checksum.js';
import { syncFile, syncFolder } from '../storage/sync-to-disk.js';
import { outputError } from '../storage/take-folder.js';
import { BlackFiller } from './black-filler.js';
import { blackCopyOf } from './black-video.js';
import type { Finding } from './finding.js';
import { finishedMarkName, readFinishedMark, writeFinishedMark } from './finished-mark.js';
import { joinArguments, type JoinInput } from './join-arguments.js';
import { type GrownSegment, type MeasuredSegments, measureSegments } from './measure-segments.js';
import { PacketProof } from './packet-proof.js';
import { planJoin, videoLateMs } from './plan-join.js';
import { concatList, type TimelinePlan } from './timeline-plan.js';
import { verifyFile } from './verify.js';

export interface AssembleRequest {
  /** The take's folder; every file below is a name inside it. */
  readonly folder: string;
  readonly targetFile: string;
  readonly segments: readonly GrownSegment[];
  readonly profile: Profile;
  readonly canvas: Canvas | null;
  readonly ffmpegPath: string;
  /** The take's chunks of black, ideally prepared before; without it they are made and removed here. */
  readonly filler?: BlackFiller;
  /** 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
  /** How long ffmpeg may be silent: for the index at the start all is written a second time, without a word. */
  readonly silenceLimitMs?: number;
}

export type AssembleResult =
  | {
      readonly state: 'verified';
      readonly file: string;
      readonly durationMs: number;
      readonly sizeBytes: number;
      readonly sha256: string;
      /** Its packets, which were all held against those that encoders wrote. */
      readonly packets: StreamPackets;
      /** The longest time from one of them to the next. */
      readonly worstGap: StreamGap | null;
      /** Whether it was counted what every segment's encoder wrote. */
      readonly isCounted: boolean;
      /** Where encoders took with them what they had been given. */
      readonly gaps: readonly StreamGap[];
      /** Black and silence that was put in before and between the segments. */
      readonly fillerMs: number;
      /** What a person should know although all is well: a segment that was empty, say. */
      readonly remarks: readonly string[];
    }
  | {
      /** `fragmented`: every segment that holds anything plays. `damaged`: at least one does not. */
      readonly state: 'fragmented' | 'damaged';
      /** The segments, untouched. */
      readonly keptFiles: readonly string[];
      readonly problem: PlateauError;
      readonly findings: readonly Finding[];
      readonly gaps: readonly StreamGap[];
    };

/** The shares of the work in the time it takes, for the progress. */
const joinedFraction = 0.8;

/**
 * Makes one ordinary file (with an index, so that a player can seek) of the growing files of one
 * participant or screen share, on the take's timeline from its start, without encoding them again.
 *
 * Written beside the target, read back and held against the segments packet by packet, decoded at its end, fsynced,
 * renamed over it; only then are the segments removed.
 * Whatever goes wrong is returned and leaves them as they were (but for a header half written at the end).
 */
export async function assemble(request: AssembleRequest): Promise<AssembleResult> {
  const temporary = join(request.folder, `.${request.targetFile}.finalizing`);
  const listFiles = ['parts', 'video-parts'].map((name) =>
    join(request.folder, `.${request.targetFile}.${name}`),
  );
  const filler = request.filler ?? new BlackFiller(request.folder, request.ffmpegPath);
  let gaps: readonly StreamGap[] = [];
  try {
    const finished = await finishedBefore(request);
    if (finished !== null) return finished;
    const measured = await measureSegments(request);
    ({ gaps } = measured);
    const failed = unusable(request, measured);
    if (failed !== null) return failed;
    const plan = await planJoin(request, measured.segments, filler);
    await concatSegments(
      request,
      plan,
      videoLateMs(request.profile, measured.segments),
      listFiles,
      temporary,
    );
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
      remarks: measured.remarks,
    };
  } catch (thrown) {
    const problem =
      thrown instanceof PlateauError
        ? thrown
        : isFileError(thrown)
          ? outputError(thrown)
          : toPlateauError(thrown);
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

async function concatSegments(
  request: AssembleRequest,
  plan: TimelinePlan,
  lateMs: number,
  listFiles: readonly string[],
  temporary: string,
): Promise<void> {
  const inputs: JoinInput[] = [];
  for (const [index, list] of [plan, ...(plan.video === null ? [] : [plan.video])].entries()) {
    const listFile = listFiles[index] ?? '';
    await writeFile(listFile, concatList(list));
    inputs.push({ listFile, offsetUs: Math.round(list.entries[0]?.positionUs ?? 0) });
  }
  const onStdoutLine = (line: string): void => {
    const timeUs = /^out_time_us=(\d+)/.exec(line)?.[1];
    if (timeUs !== undefined) request.onProgress?.(Math.min(1, Number(timeUs) / plan.endUs) * joinedFraction);
  };
  const args = joinArguments(request, inputs, lateMs, temporary);
  // The list names its files from its folder: the folder's own path may hold what a list cannot spell.
  const { ffmpegPath, folder, signal, silenceLimitMs } = request;
  const run = { ffmpegPath, arguments: args, folder, signal, onStdoutLine, silenceLimitMs };
  await runFfmpeg(run, 'finalizing a file');
}

interface Joined {
  readonly durationMs: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly packets: StreamPackets;
  readonly worstGap: StreamGap | null;
}

async function proveAndHash(
  request: AssembleRequest,
  plan: TimelinePlan,
  measured: MeasuredSegments,
  temporary: string,
): Promise<Joined | { readonly problem: PlateauError; readonly findings: readonly Finding[] }> {
  const codecs = codecNames(request.profile);
  const expectation = {
    canvas: request.canvas === null ? null : evenCanvas(request.canvas),
    videoCodec: request.canvas === null ? null : codecs.video,
    audioCodec: codecs.audio,
    durationMs: plan.endUs / 1000,
  };
  const { ffmpegPath, signal } = request;
  const dropsBeforeTake = request.profile.container === 'mkv';
  const proof = new PacketProof(plan, measured.segments, measured.traces, dropsBeforeTake);
  const onPacket = proof.add.bind(proof);
  const [verified, sha256] = await Promise.all([
    verifyFile(temporary, expectation, 'quick', { ffmpegPath, signal, onPacket }),
    sha256OfFile(temporary, signal),
    syncFile(temporary),
  ]);
  const difference = proof.difference();
  const findings: Finding[] = [
    ...(difference === null ? [] : [{ code: 'packetsDiffer' as const, message: difference.message }]),
    ...verified.findings,
  ];
  const [first] = findings;
  if (first !== undefined) {
    const problem = new PlateauError(
      'verificationFailed',
      `The finalized file was not accepted: ${first.message}`,
      'The fragmented files were kept and play.',
    );
    return { problem, findings };
  }
  return {
    durationMs: verified.durationMs ?? plan.endUs / 1000,
    sizeBytes: (await stat(temporary)).size,
    sha256,
    packets: verified.packets,
    worstGap: verified.worstGap,
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

function isFileError(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown;
}
