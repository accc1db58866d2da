import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type PlateauError, toPlateauError } from '../contract/errors.js';
import type { ManifestFile, Marker } from '../contract/manifest.js';
import { participantNameOf } from '../contract/participant-name.js';
import type { Profile } from '../contract/profile.js';
import type { CompleteStamp, IntactStamp } from '../contract/stamps.js';
import { inTime } from '../process/deadline.js';
import type { LowPriority } from '../process/low-priority.js';
import { sha256OfFile } from '../storage/checksum.js';
import { diskNotAnswering, diskPatienceMs, roomToFinishIn } from '../storage/take-folder.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { assemble } from './assemble.js';
import type { AssembleRequest, AssembleResult } from './assembly.js';
import type { BlackFiller } from './black-filler.js';
import { checkCopied } from './check-copied.js';
import { completeStamp } from './complete-stamp.js';
import { accountInFile } from './copied-account.js';
import { chaptersOf } from './file-chapters.js';
import { gapsOfFile } from './gaps-of-file.js';

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
  /** Gives free what is kept on that disk for the take's end. Never rejects; false when there is nothing. */
  readonly makeRoom?: (() => Promise<boolean>) | undefined;
  /** Ends the work: what is not finished stays as it grew. */
  readonly signal?: AbortSignal | undefined;
  /** Of what reads the finished files, beside a take; as everything else when left out. */
  readonly priority?: LowPriority | undefined;
}

/**
 * How long one file may take: a constant for starting programs on a busy machine, and its bytes at 2 MB/s, which is
 * what a poor USB stick writes. Nobody shall wait for a dead disk for ever.
 */
export const finalizeLimitMs = 300_000;
const leastBytesPerMs = 2_000;

/** Ends after so many milliseconds, and with the caller's own. @param limitMs milliseconds */
export function within(limitMs: number, signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(limitMs);
  return signal === undefined ? limit : AbortSignal.any([limit, signal]);
}

/** What is asked of whoever makes the file of its segments. */
export function assemblyOf(request: FinalizeRequest, entry: ManifestFile): AssembleRequest {
  const { ffmpegPath, filler, folder, markers, priority, profile } = request;
  const fromMs = entry.part?.startMs ?? 0;
  return {
    ...{ ffmpegPath, filler, folder, priority, profile },
    targetFile: entry.file,
    segments: entry.segments.map(({ file, startMs, endMs, packets }) => ({
      file,
      startMs: Math.max(0, startMs - fromMs),
      endMs: Math.max(0, (endMs ?? startMs) - fromMs),
      packets: packets ?? null,
    })),
    canvas: entry.canvas,
    chapters: chaptersOf(markers, entry),
  };
}

/**
 * Makes an ordinary, verified file of one entry's segments; what resists stays as it grew, and the entry says why.
 *
 * @param isStuck its disk does not answer
 * @param onProgress 0 to 1
 * @throws whatever {@link leftAsItWas} is for
 */
export async function finalizeFile(
  request: FinalizeRequest,
  entry: ManifestFile,
  isStuck: boolean,
  onProgress: (fraction: number) => void,
): Promise<ManifestFile> {
  const disk = await inTime(
    Promise.all([sizeOf(request.folder, entry), roomToFinishIn(request.folder)]),
    isStuck ? 0 : diskPatienceMs,
  );
  const [sizeBytes, freeBytes] = disk.isInTime ? disk.value : [0, null];
  const limitMs = disk.isInTime ? Math.ceil(finalizeLimitMs + sizeBytes / leastBytesPerMs) : 0;
  const signal = within(limitMs, request.signal);
  const result: AssembleResult = !disk.isInTime
    ? keptAsItGrew(diskNotAnswering())
    : await assembleInTime(entry, limitMs, {
        ...assemblyOf(request, entry),
        freeBytes,
        onProgress,
        signal,
        silenceLimitMs: limitMs,
      });
  const gaps = gapsOfFile(entry, result.gaps);
  const { endsMs, packets } = result;
  const isTold = endsMs !== undefined && packets !== undefined;
  const counted = isTold ? accountInFile(entry, packets, endsMs, result.gaps) : entry;
  const complete = completeStamp({ ...counted, gaps });
  tellLosses(entry, complete, request.report);
  const stamped = { ...counted, gaps, stamps: { intact: intactStamp(result, entry), complete } };
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
async function assembleInTime(
  entry: ManifestFile,
  limitMs: number,
  request: AssembleRequest,
): Promise<AssembleResult> {
  // What was sent is in its last form already.
  const making = entry.copy === undefined ? assemble(request) : checkCopied(request, entry);
  const assembled = await inTime(making, limitMs + diskPatienceMs);
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
export function leftAsItWas(request: FinalizeRequest, entry: ManifestFile, thrown: unknown): ManifestFile {
  const { code, hint, message } = toPlateauError(thrown);
  request.report.error(code, message, entry.identity, { hint });
  return { ...entry, state: 'fragmented', problem: entry.problem ?? message };
}

/** Whoever looks elsewhere hears of it as well: the log, the terminal, a notification. */
function tellLosses(entry: ManifestFile, stamp: CompleteStamp, report: EventReporter): void {
  const { file, identity } = entry;
  const message = `${file} of ${participantNameOf(entry)} is not complete. ${stamp.problem ?? ''}`;
  if (stamp.grade === 'losses') report.error('recordedWithLosses', message, identity);
  else if (stamp.grade === 'smallLosses') report.warning('smallLosses', message, identity);
}

function intactStamp(result: AssembleResult, { copy }: ManifestFile): IntactStamp {
  if (result.state !== 'verified') {
    return { isEarned: false, problem: result.problem.message, packets: null, worstGap: null };
  }
  const { isCounted, packets, worstGap } = result;
  const notCounted =
    copy === undefined
      ? 'What its encoder wrote was not counted.'
      : 'What its process wrote was not counted to its end.';
  const problem = isCounted ? null : notCounted;
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
