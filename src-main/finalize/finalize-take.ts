import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { PlateauError, toPlateauError } from '../contract/errors.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { Profile } from '../contract/profile.js';
import { sha256OfFile } from '../storage/checksum.js';
import { freeBytesOf } from '../storage/take-folder.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { assemble, type AssembleResult } from './assemble.js';
import type { BlackFiller } from './black-filler.js';

/** The files of a take that has ended, and what is needed to finalize them. */
export interface FinalizeRequest {
  readonly folder: string;
  readonly profile: Profile;
  readonly ffmpegPath: string;
  readonly filler: BlackFiller;
  /** Files as they were left by their encoders. */
  readonly entries: readonly ManifestFile[];
  readonly report: EventReporter;
  /** 0 to 1, over all files. */
  readonly onProgress: (fraction: number) => void;
}

/** Remuxes read and write at once: more of them would only wait for the same disk. */
const filesAtOnce = 2;
/** Left free beside the remux for the manifest and whatever else the machine writes. */
const reserveBytes = 20_000_000;

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
  const sizeBytes = await sizeOf(request.folder, entry);
  const freeBytes = await freeBytesOf(request.folder);
  const result: AssembleResult =
    freeBytes !== null && freeBytes < sizeBytes + reserveBytes
      ? {
          state: 'fragmented',
          keptFiles: [],
          findings: [],
          gaps: [],
          problem: new PlateauError(
            'diskFull',
            'There is too little free space to finalize the file; its fragmented form was kept.',
            'It plays as it is.',
          ),
        }
      : await assemble({
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
          ffmpegPath: request.ffmpegPath,
          filler: request.filler,
          onProgress,
        });
  if (result.state === 'verified') {
    for (const remark of result.remarks) request.report.warning('finalizeRemark', remark, entry.identity);
    const { durationMs, sha256 } = result;
    return { ...entry, state: 'verified', durationMs, sizeBytes: result.sizeBytes, sha256 };
  }
  request.report.error('notFinalized', result.problem.message, entry.identity, { hint: result.problem.hint });
  return {
    ...entry,
    state: result.state,
    sizeBytes,
    sha256: await sha256OfFile(join(request.folder, entry.file)).catch(() => null),
    problem: entry.problem ?? result.problem.message,
  };
}

/** Whatever is wrong with one file, the others are finalized. */
function leftAsItWas(request: FinalizeRequest, entry: ManifestFile, thrown: unknown): ManifestFile {
  const { code, hint, message } = toPlateauError(thrown);
  request.report.error(code, message, entry.identity, { hint });
  return { ...entry, state: 'fragmented', problem: entry.problem ?? message };
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
