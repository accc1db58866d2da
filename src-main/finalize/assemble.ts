import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlateauError, toPlateauError } from '../contract/errors.js';
import type { Profile } from '../contract/profile.js';
import { type Canvas, codecNames, evenCanvas, mp4VideoTimescale } from '../ffmpeg/ffmpeg-arguments.js';
import { listMedia, streamOf } from '../ffmpeg/media-listing.js';
import { mediaUrl } from '../ffmpeg/media-url.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { sha256OfFile } from '../storage/checksum.js';
import { syncFile, syncFolder } from '../storage/sync-to-disk.js';
import { outputError } from '../storage/take-folder.js';
import { BlackFiller } from './black-filler.js';
import { cutUnfinishedFragmentHeader } from './mp4-tail.js';
import {
  audioFraming,
  concatList,
  type MeasuredSegment,
  planTimeline,
  type TimelinePlan,
} from './timeline-plan.js';
import { type Finding, verifyFile } from './verify.js';

export interface AssembleRequest {
  /** The take's folder; every file below is a name inside it. */
  readonly folder: string;
  readonly targetFile: string;
  readonly segments: readonly { readonly file: string; readonly startMs: number; readonly endMs: number }[];
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
    };

/** The shares of the work in the time it takes, for the progress. */
const joinedFraction = 0.8;

/**
 * Makes one ordinary file (with an index, so that a player can seek) of the growing files of one
 * participant or screen share, on the take's timeline from its start, without encoding them again.
 *
 * Written beside the target, verified, fsynced, renamed over it; only then are the segments removed.
 * Whatever goes wrong is returned and leaves them as they were (but for a header half written at the end).
 */
export async function assemble(request: AssembleRequest): Promise<AssembleResult> {
  const temporary = join(request.folder, `.${request.targetFile}.finalizing`);
  const listFile = join(request.folder, `.${request.targetFile}.parts`);
  const filler = request.filler ?? new BlackFiller(request.folder, request.ffmpegPath);
  try {
    const measured = await measureAll(request);
    if ('problem' in measured) return measured;
    const plan = await planFor(request, measured.segments, filler);
    await writeFile(listFile, concatList(plan));
    await concatSegments(request, plan, listFile, temporary);
    const joined = await verifyAndHash(request, plan, temporary);
    if ('findings' in joined) return { state: 'fragmented', keptFiles: segmentFiles(request), ...joined };
    await publishAtomically(request, temporary);
    request.onProgress?.(1);
    return {
      state: 'verified',
      file: request.targetFile,
      ...joined,
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
    return { state: 'fragmented', keptFiles: segmentFiles(request), problem, findings: [] };
  } finally {
    if (request.filler === undefined) await filler.dispose();
    await Promise.all([temporary, listFile].map((path) => rm(path, { force: true })));
  }
}

type Measured =
  | { readonly segments: readonly MeasuredSegment[]; readonly remarks: readonly string[] }
  | Exclude<AssembleResult, { readonly state: 'verified' }>;

/** Reads every segment through (headers and packets, nothing is decoded): what it really holds counts. */
async function measureAll(request: AssembleRequest): Promise<Measured> {
  const segments: MeasuredSegment[] = [];
  const remarks: string[] = [];
  const findings: Finding[] = [];
  for (const segment of request.segments) {
    const path = join(request.folder, segment.file);
    const sizeBytes = await stat(path).then(
      (stats) => stats.size,
      () => 0,
    );
    if (sizeBytes === 0) {
      remarks.push(`${segment.file} holds nothing: its encoder ended before its first second was written.`);
      continue;
    }
    if (request.profile.container === 'mp4') await cutUnfinishedFragmentHeader(path);
    const { ffmpegPath, signal } = request;
    const listing = await listMedia({ ffmpegPath, path, what: 'packets', signal });
    const audio = streamOf(listing, 'audio');
    const video = streamOf(listing, 'video');
    if (audio === null || audio.firstUs === null || audio.endUs === null) {
      findings.push({
        code: 'unreadable',
        message: `${segment.file} cannot be read: ${listing.errors[0] ?? 'it holds no audio'}`,
      });
      continue;
    }
    if (listing.errorCount > 0) remarks.push(`${segment.file} was cut short: ${listing.errors[0] ?? ''}`);
    segments.push({
      file: segment.file,
      takeStartUs: segment.startMs * 1000,
      startUs: listing.startUs,
      firstAudioUs: audio.firstUs,
      audioEndUs: audio.endUs,
      lastVideoUs: video?.lastUs ?? null,
    });
  }
  if (findings.length === 0 && segments.length > 0) return { segments, remarks };
  const message = findings[0]?.message ?? 'Nothing was written before the take ended.';
  return {
    state: 'damaged',
    keptFiles: segmentFiles(request),
    problem: new PlateauError(
      segments.length === 0 && findings.length === 0 ? 'nothingRecorded' : 'verificationFailed',
      message,
      'The parts of the recording were kept in the take folder.',
    ),
    findings,
  };
}

async function planFor(
  request: AssembleRequest,
  segments: readonly MeasuredSegment[],
  filler: BlackFiller,
): Promise<TimelinePlan> {
  const framing = audioFraming[codecNames(request.profile).audio];
  const withoutBlack = planTimeline(segments, framing, null);
  const withBlack = planTimeline(segments, framing, { file: '', startUs: 0, firstAudioUs: 0 });
  if (withBlack.fillerUs === 0) return withoutBlack;
  return planTimeline(
    segments,
    framing,
    await filler.prepare(request.profile, request.canvas, request.signal),
  );
}

async function concatSegments(
  request: AssembleRequest,
  plan: TimelinePlan,
  listFile: string,
  temporary: string,
): Promise<void> {
  const offsetUs = Math.round(plan.entries[0]?.positionUs ?? 0);
  const onStdoutLine = (line: string): void => {
    const timeUs = /^out_time_us=(\d+)/.exec(line)?.[1];
    if (timeUs !== undefined) request.onProgress?.(Math.min(1, Number(timeUs) / plan.endUs) * joinedFraction);
  };
  const args = joinArguments(request, listFile, offsetUs, temporary);
  // The list names its files from its folder: the folder's own path may hold what a list cannot spell.
  const { ffmpegPath, folder, signal, silenceLimitMs } = request;
  const run = { ffmpegPath, arguments: args, folder, signal, onStdoutLine, silenceLimitMs };
  await runFfmpeg(run, 'finalizing a file');
}

function joinArguments(
  request: AssembleRequest,
  listFile: string,
  offsetUs: number,
  temporary: string,
): string[] {
  const { container } = request.profile;
  const format = {
    mp4: ['-f', 'mp4', '-video_track_timescale', String(mp4VideoTimescale), '-movflags', '+faststart'],
    // Without an edit list the priming would move everything by 21 ms: it is left out.
    mkv: ['-f', 'matroska', '-bsf:a', 'noise=drop=lt(pts\\,0)'],
    webm: ['-f', 'webm'],
  };
  return [
    '-nostdin',
    '-hide_banner',
    '-loglevel',
    'warning',
    '-nostats',
    '-progress',
    'pipe:1',
    '-y',
    // The list says where everything stands; ffmpeg must not move it to 0.
    '-copyts',
    '-itsoffset',
    `${offsetUs}us`,
    '-fflags',
    '+discardcorrupt',
    '-f',
    'concat',
    '-safe',
    '0',
    '-i',
    mediaUrl(listFile),
    '-map',
    '0',
    '-c',
    'copy',
    // Nothing is reordered, so that the decoding time is the presentation time; Matroska does not store it, and
    // ffmpeg's guess goes by the rate of the black. So does its guess of the last frame's length.
    ...(request.canvas === null ? [] : ['-bsf:v', 'setts=dts=PTS:duration=min(DURATION\\,0.034/TB)']),
    ...format[container],
    mediaUrl(temporary),
  ];
}

interface Joined {
  readonly durationMs: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

async function verifyAndHash(
  request: AssembleRequest,
  plan: TimelinePlan,
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
  const [verified, sha256] = await Promise.all([
    verifyFile(temporary, expectation, 'quick', { ffmpegPath, signal }),
    sha256OfFile(temporary, signal),
    syncFile(temporary),
  ]);
  const first = verified.findings[0];
  if (first !== undefined) {
    const problem = new PlateauError(
      'verificationFailed',
      `The finalized file was not accepted: ${first.message}`,
      'The fragmented files were kept and play.',
    );
    return { problem, findings: verified.findings };
  }
  return {
    durationMs: verified.durationMs ?? plan.endUs / 1000,
    sizeBytes: (await stat(temporary)).size,
    sha256,
  };
}

async function publishAtomically(request: AssembleRequest, temporary: string): Promise<void> {
  await rename(temporary, join(request.folder, request.targetFile));
  await syncFolder(request.folder);
  const done = segmentFiles(request).filter((file) => file !== request.targetFile);
  await Promise.all(done.map((file) => rm(join(request.folder, file), { force: true })));
}

function segmentFiles(request: AssembleRequest): string[] {
  return request.segments.map((segment) => segment.file);
}

function isFileError(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown;
}
