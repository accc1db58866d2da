import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlateauError } from '../contract/errors.js';
import type { ManifestFile } from '../contract/manifest.js';
import type { StreamGap } from '../contract/stamps.js';
import { endMatroska } from '../copy/file/end-matroska.js';
import { sha256OfFile } from '../storage/checksum.js';
import type { AssembleRequest, AssembleResult } from './assembly.js';
import { endGapsOf, endToleranceMs } from './copied-account.js';
import type { IndexedFile } from './finalize-in-place.js';
import { verifyFile } from './verify.js';

/**
 * A picture has no length of its own in a copied file: ffmpeg takes the last one for as long as the one before, and black comes
 * once a second.
 */
export const copiedToleranceMs = 1_100;

type Copied = Pick<AssembleRequest, 'folder' | 'targetFile'>;

/**
 * Sees to it that a file that holds what was sent is an ordinary one: that of a recorder that is gone gets its end, and ends
 * with its last whole cluster then. One of which no cluster was on the disk by then plays nothing: it does not have its name.
 *
 * @throws the error of the system; RangeError when it is no such file
 */
export async function endCopied({ folder, targetFile }: Copied): Promise<IndexedFile> {
  const path = join(folder, targetFile);
  const { durationMs } = await endMatroska(path);
  return { durationMs, sizeBytes: (await stat(path)).size, gaps: [], hasItsName: durationMs > 0 };
}

/** What a disk that failed took with it: its streams were written to one end. */
function endGaps({ canvas, segments }: AssembleRequest, durationMs: number): StreamGap[] {
  const lacksMs = Math.round(Math.max(0, ...segments.map(({ endMs }) => endMs)) - durationMs);
  if (lacksMs <= endToleranceMs) return [];
  const gap = { atMs: Math.round(durationMs), durationMs: lacksMs };
  const streams = canvas === null ? (['audio'] as const) : (['audio', 'video'] as const);
  return streams.map((stream) => ({ stream, ...gap }));
}

/**
 * Reads a file that holds what was sent, and holds its packets against those that were written: count and hash of each
 * stream. Nothing of it is written anew.
 *
 * @param entry its codecs, and what its process had told of it
 */
export async function checkCopied(
  request: AssembleRequest,
  entry: Pick<ManifestFile, 'audioCodec' | 'canvas' | 'copy' | 'part' | 'segments' | 'videoCodec'>,
): Promise<AssembleResult> {
  const { canvas, ffmpegPath, folder, onProgress, priority, segments, signal, targetFile } = request;
  const path = join(folder, targetFile);
  const ended = await endMatroska(path).catch(() => null);
  const packets = segments[0]?.packets ?? null;
  const { audioCodec, videoCodec } = entry;
  // A recorder that is gone has not said what it saw of the video: the file does.
  const expectation = {
    ...{ canvas, videoCodec, audioCodec, packets, durationMs: ended?.durationMs ?? null },
    durationToleranceMs: copiedToleranceMs,
    hasSizes: true,
  };
  const found = await verifyFile(path, expectation, 'quick', { ffmpegPath, priority, signal });
  onProgress?.(1);
  const [first] = found.findings;
  const { packets: inFile } = found;
  // Whoever was killed has filled neither stream to the end of the other.
  const endsMs = packets === null ? found.endsMs : undefined;
  const lastGaps = (durationMs: number): StreamGap[] =>
    endsMs === undefined ? endGaps(request, durationMs) : endGapsOf(entry, endsMs);
  if (first !== undefined || ended === null) {
    const plays = inFile.audio !== null || inFile.video !== null;
    return {
      state: plays ? 'fragmented' : 'damaged',
      // Of a file in which nothing can be read all is missing, whatever its process had counted.
      ...{ keptFiles: [targetFile], findings: found.findings, gaps: plays ? [] : lastGaps(0) },
      ...{ packets: inFile, endsMs },
      problem: new PlateauError(
        'verificationFailed',
        first?.message ?? 'The file has no end that could be written.',
        plays ? 'It plays as far as it goes.' : 'Run `plateau verify` on the take’s folder for details.',
      ),
    };
  }
  return {
    ...{ state: 'verified', file: targetFile, durationMs: ended.durationMs },
    sizeBytes: (await stat(path)).size,
    sha256: await sha256OfFile(path, signal),
    ...{ packets: inFile, worstGap: found.worstGap, isCounted: packets !== null, endsMs },
    ...{ gaps: lastGaps(ended.durationMs), fillerMs: 0, remarks: [] },
  };
}
