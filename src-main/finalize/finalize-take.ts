import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { type PlateauError, toPlateauError } from '../contract/errors.js';
import type { ManifestFile, Marker } from '../contract/manifest.js';
import type { Profile } from '../contract/profile.js';
import type { CompleteStamp, IntactStamp, LossGap } from '../contract/stamps.js';
import { inTime } from '../process/deadline.js';
import { sha256OfFile } from '../storage/checksum.js';
import { diskNotAnswering, diskPatienceMs, freeBytesOf } from '../storage/take-folder.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { assemble } from './assemble.js';
import type { AssembleRequest, AssembleResult } from './assembly.js';
import type { BlackFiller } from './black-filler.js';
import { completeStamp } from './complete-stamp.js';

/** The files of a take that has ended, and what is needed to finalize them. */
export interface FinalizeRequest {
  readonly folder: string;
  readonly profile: Profile;
  readonly ffmpegPath: string;
  readonly filler: BlackFiller;
  /** Files as they were left by their encoders. */
  readonly entries: readonly ManifestFile[];
  /** Named moments of the take: chapters of each MP4. */
  readonly markers: readonly Marker[];
  readonly report: EventReporter;
  /** 0 to 1, over all files. */
  readonly onProgress: (fraction: number) => void;
  /** Ends the work: what is not finished stays as it grew. */
  readonly signal?: AbortSignal | undefined;
}

/** Remuxes read and write at once: more of them would only wait for the same disk. */
const filesAtOnce = 2;
/**
 * How long one file may take: a constant for starting programs on a busy machine, and its bytes at 2 MB/s, which is
 * what a poor USB stick writes. Nobody shall wait for a dead disk for ever.
 */
const finalizeLimitMs = 300_000;
const leastBytesPerMs = 2_000;

/**
 * Makes ordinary, verified files of the fragmented ones. Never throws for a file that resists: it stays
 * as it grew, which plays, and its entry says why.
 *
 * @returns the manifest's entries, in the order of the request
 */
export async function finalizeFiles(request: FinalizeRequest): Promise<ManifestFile[]> {
  const fractions = new Map<string, number>();
  const onFileProgress = (file: string, fraction: number): void => {
    fractions.set(file, fraction);
    let sum = 0;
    for (const done of fractions.values()) sum += done;
    request.onProgress(sum / Math.max(1, request.entries.length));
  };
  return pLimit(filesAtOnce).map(request.entries, async (entry) => {
    const finished = await finalizeFile(request, entry, (fraction) => {
      onFileProgress(entry.file, fraction);
    }).catch((thrown: unknown) => leftAsItWas(request, entry, thrown));
    onFileProgress(entry.file, 1);
    return finished;
  });
}

async function finalizeFile(
  request: FinalizeRequest,
  entry: ManifestFile,
  onProgress: (fraction: number) => void,
): Promise<ManifestFile> {
  const disk = await inTime(
    Promise.all([sizeOf(request.folder, entry), freeBytesOf(request.folder)]),
    diskPatienceMs,
  );
  const [sizeBytes, freeBytes] = disk.isInTime ? disk.value : [0, null];
  const limitMs = disk.isInTime ? Math.ceil(finalizeLimitMs + sizeBytes / leastBytesPerMs) : 0;
  const limit = AbortSignal.timeout(limitMs);
  const signal = request.signal === undefined ? limit : AbortSignal.any([limit, request.signal]);
  const result: AssembleResult = !disk.isInTime
    ? keptAsItGrew(diskNotAnswering())
    : await assembleInTime(limitMs, {
        folder: request.folder,
        targetFile: entry.file,
        segments: entry.segments.map(({ file, startMs, endMs, packets }) => ({
          file,
          startMs,
          endMs: endMs ?? startMs,
          packets: packets ?? null,
        })),
        profile: request.profile,
        canvas: entry.canvas,
        freeBytes,
        ffmpegPath: request.ffmpegPath,
        filler: request.filler,
        onProgress,
        signal,
        silenceLimitMs: limitMs,
      });
  const gaps = [
    ...(entry.gaps ?? []),
    ...result.gaps.map((gap): LossGap => ({ ...gap, cause: 'encoderEnded', lostFrames: null })),
  ];
  const complete = completeStamp({ ...entry, gaps });
  tellLosses(entry, complete, request.report);
  const stamped = { ...entry, gaps, stamps: { intact: intactStamp(result), complete } };
  if (result.state === 'verified') {
    for (const remark of result.remarks) request.report.warning('finalizeRemark', remark, entry.identity);
    const { durationMs, sha256 } = result;
    return { ...stamped, state: 'verified', durationMs, sizeBytes: result.sizeBytes, sha256 };
  }
  request.report.error('notFinalized', result.problem.message, entry.identity, { hint: result.problem.hint });
  return {
    ...stamped,
    state: result.state,
    sizeBytes,
    sha256: disk.isInTime ? await hashInTime(join(request.folder, entry.file), signal) : null,
    problem: entry.problem ?? result.problem.message,
  };
}

function keptAsItGrew(problem: PlateauError): AssembleResult {
  return { state: 'fragmented', keptFiles: [], findings: [], gaps: [], problem };
}

/** The signal ends what can be ended; what a dead disk holds is left behind a little later. */
async function assembleInTime(limitMs: number, request: AssembleRequest): Promise<AssembleResult> {
  const assembled = await inTime(assemble(request), limitMs + diskPatienceMs);
  return assembled.isInTime ? assembled.value : keptAsItGrew(diskNotAnswering());
}

async function hashInTime(path: string, signal: AbortSignal): Promise<string | null> {
  const hashed = await inTime(
    sha256OfFile(path, signal).catch(() => null),
    diskPatienceMs,
  );
  return hashed.isInTime ? hashed.value : null;
}

/** Whatever is wrong with one file, the others are finalized. */
function leftAsItWas(request: FinalizeRequest, entry: ManifestFile, thrown: unknown): ManifestFile {
  const { code, hint, message } = toPlateauError(thrown);
  request.report.error(code, message, entry.identity, { hint });
  return { ...entry, state: 'fragmented', problem: entry.problem ?? message };
}

/** Whoever looks elsewhere hears of it as well: the log, the terminal, a notification. */
function tellLosses({ file, identity }: ManifestFile, stamp: CompleteStamp, report: EventReporter): void {
  const message = `${file} is not complete. ${stamp.problem ?? ''}`;
  if (stamp.grade === 'losses') report.error('recordedWithLosses', message, identity);
  else if (stamp.grade === 'smallLosses') report.warning('smallLosses', message, identity);
}

function intactStamp(result: AssembleResult): IntactStamp {
  if (result.state !== 'verified') {
    return { isEarned: false, problem: result.problem.message, packets: null, worstGap: null };
  }
  const { isCounted, packets, worstGap } = result;
  const problem = isCounted ? null : 'What its encoder wrote was not counted.';
  return { isEarned: isCounted, problem, packets, worstGap };
}

async function sizeOf(folder: string, entry: ManifestFile): Promise<number> {
  const sizes = await Promise.all(
    entry.segments.map(({ file }) =>
      stat(join(folder, file)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
