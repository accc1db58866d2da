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
import { indexInPlace } from './finalize-in-place.js';

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
  const stuck = await indexFiles(request);
  return pLimit(filesAtOnce).map(request.entries, async (entry) => {
    const finished = await finalizeFile(request, entry, stuck.has(entry), (fraction) => {
      onFileProgress(entry.file, fraction);
    }).catch((thrown: unknown) => leftAsItWas(request, entry, thrown));
    onFileProgress(entry.file, 1);
    return finished;
  });
}

/**
 * First every MP4 gets its index, which takes moments; then they are read through one after the other. Whoever needs a
 * file, or ends the program, need not wait for the reading. What resists is met again by {@link finalizeFile}, which says
 * so.
 *
 * @returns those whose disk does not answer: somebody may still write into them
 */
async function indexFiles(request: FinalizeRequest): Promise<ReadonlySet<ManifestFile>> {
  const { entries, filler, folder, report } = request;
  const startedMs = performance.now();
  const stuck = new Set<ManifestFile>();
  const indexed = await pLimit(filesAtOnce).map(entries, async (entry) => {
    const disk = await inTime(freeBytesOf(folder), diskPatienceMs);
    if (!disk.isInTime) return false;
    const assembly = { ...assemblyOf(request, entry), freeBytes: disk.value };
    const signal = within(finalizeLimitMs, request.signal);
    const indexing = indexInPlace({ ...assembly, signal }, filler).catch(() => false);
    const done = await inTime(indexing, finalizeLimitMs + diskPatienceMs);
    if (!done.isInTime) stuck.add(entry);
    // Whoever waits sees that something happens.
    request.onProgress(0);
    return done.isInTime && done.value;
  });
  if (indexed.length > 0 && !indexed.includes(false)) {
    report.info('filesUsable', 'Every file plays and can be copied. Now their content is verified.', null, {
      files: indexed.length,
      tookMs: Math.round(performance.now() - startedMs),
    });
  }
  return stuck;
}

/** Ends after so many milliseconds, and with the caller's own. */
function within(limitMs: number, signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(limitMs);
  return signal === undefined ? limit : AbortSignal.any([limit, signal]);
}

function assemblyOf(request: FinalizeRequest, entry: ManifestFile): AssembleRequest {
  const { ffmpegPath, filler, folder, markers, profile } = request;
  return {
    ...{ ffmpegPath, filler, folder, profile },
    targetFile: entry.file,
    segments: entry.segments.map(({ file, startMs, endMs, packets }) => ({
      file,
      startMs,
      endMs: endMs ?? startMs,
      packets: packets ?? null,
    })),
    canvas: entry.canvas,
    chapters: markers.map(({ label, takeMs }) => ({ atMs: takeMs, title: label })),
  };
}

async function finalizeFile(
  request: FinalizeRequest,
  entry: ManifestFile,
  isStuck: boolean,
  onProgress: (fraction: number) => void,
): Promise<ManifestFile> {
  const disk = await inTime(
    Promise.all([sizeOf(request.folder, entry), freeBytesOf(request.folder)]),
    isStuck ? 0 : diskPatienceMs,
  );
  const [sizeBytes, freeBytes] = disk.isInTime ? disk.value : [0, null];
  const limitMs = disk.isInTime ? Math.ceil(finalizeLimitMs + sizeBytes / leastBytesPerMs) : 0;
  const signal = within(limitMs, request.signal);
  const result: AssembleResult = !disk.isInTime
    ? keptAsItGrew(diskNotAnswering())
    : await assembleInTime(limitMs, {
        ...assemblyOf(request, entry),
        freeBytes,
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
