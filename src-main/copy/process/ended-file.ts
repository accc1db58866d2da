import { type CopyStream, settledStream } from '../../contract/copy-account.js';
import type { Accounting, ManifestFile } from '../../contract/manifest.js';
import type { LossGap } from '../../contract/stamps.js';
import { inTime } from '../../process/deadline.js';
import { copiedFilesEveryMs, readCopiedFiles } from '../../storage/copied-files.js';

/** How long its account is waited for once it is gone: the disk may not answer, in milliseconds. */
const leftPatienceMs = 3_000;

/**
 * The entry of a file whose process has ended before it could end the file: what was on its way into it is lost, and nobody has
 * counted what stands in it. Where it ends is read from the file itself, when it is finished.
 *
 * @param lastMs when the process told of it the last time
 * @param endMs when the take ended; both on its timeline
 * @param problem why, in a sentence
 */
export function endedEntry(
  entry: ManifestFile,
  lastMs: number,
  endMs: number,
  problem: string,
): ManifestFile {
  const { canvas, copy, gaps = [], segments, tracks } = entry;
  const untilMs = Math.round(Math.min(lastMs, endMs));
  return {
    ...settledEntry(entry),
    problem: entry.problem ?? problem,
    segments: segments.map((segment) => ({ ...segment, endMs: Math.round(endMs), packets: null })),
    tracks: tracks.map((track) => ({ ...track, untilMs: track.untilMs ?? Math.max(track.fromMs, untilMs) })),
    // Where the file itself ends earlier, it is one gap with what is found to be missing there.
    gaps: canvas === null || copy?.video.isOn === false ? gaps : [...gaps, ...lostVideo(untilMs, endMs)],
  };
}

/** The account of a file whose process is gone: what was on its way into it is lost. */
export function settledEntry(entry: ManifestFile): ManifestFile {
  const { audio, copy, video } = entry;
  return {
    ...entry,
    video: settled(video),
    audio: settled(audio),
    ...(copy !== undefined && {
      copy: { video: settledStream(copy.video), audio: settledStream(copy.audio) },
    }),
  };
}

/** What a process that has ended knew of its files, and may not have told. */
export interface LeftOf {
  /** Paths of its folders: its account of them is there. */
  readonly folders: Iterable<string>;
  /** The entry that was told of last; undefined of a file that nobody was told of. */
  readonly toldOf: (file: string) => ManifestFile | undefined;
  /** The part with which it began: what others have left from before that is theirs. */
  readonly fromPart: number;
  /** Where the take has ended, on its timeline. */
  readonly endMs: number;
  /** Why the process has, in a sentence. */
  readonly problem: string;
}

/**
 * Reads the entries of files of which it knew more than it had told: those who hear of it may be blocked meanwhile. Never rejects:
 * a disk that does not answer has none.
 */
export async function leftFiles(left: LeftOf): Promise<ManifestFile[]> {
  const { endMs, folders, fromPart, problem, toldOf } = left;
  const read = await Promise.all(
    [...folders].map((folder) => inTime(readCopiedFiles(folder), leftPatienceMs)),
  );
  return read.flatMap((found) => {
    if (!found.isInTime || found.value === null) return [];
    const { files, takeMs } = found.value;
    // It has gone on for so long, which nobody has written down: that is no gap, and what is one is found in the file.
    const lastMs = takeMs + copiedFilesEveryMs;
    return files
      .filter((entry) => (entry.part?.number ?? 1) >= fromPart && knowsMore(entry, toldOf(entry.file)))
      .map((entry) => (isOpen(entry) ? endedEntry(entry, lastMs, endMs, problem) : entry));
  });
}

/** Counts of packets and frames only grow: the larger ones are newer, however late they were read. */
function knowsMore(entry: ManifestFile, told: ManifestFile | undefined): boolean {
  if (told === undefined) return true;
  return isOpen(told) && (!isOpen(entry) || countOf(entry) > countOf(told));
}

function countOf({ copy }: ManifestFile): number {
  if (copy === undefined) return 0;
  const of = ({ frames, packets }: CopyStream): number => packets.expected + frames.begun + frames.filled;
  return of(copy.video) + of(copy.audio);
}

/** Whether nobody has counted it to its end. */
export function isOpen({ segments }: ManifestFile): boolean {
  return segments.some(({ endMs }) => endMs === null);
}

function lostVideo(fromMs: number, endMs: number): LossGap[] {
  const durationMs = Math.round(endMs) - fromMs;
  if (durationMs <= 0) return [];
  return [{ stream: 'video', atMs: fromMs, durationMs, cause: 'neverArrived', lostFrames: null }];
}

function settled(account: Accounting): Accounting {
  const { dropped, queued } = account;
  return { ...account, queued: 0, dropped: { ...dropped, receiverLost: dropped.receiverLost + queued } };
}
