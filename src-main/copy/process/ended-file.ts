import { settledStream } from '../../contract/copy-account.js';
import type { Accounting, ManifestFile } from '../../contract/manifest.js';
import type { LossGap } from '../../contract/stamps.js';
import { inTime } from '../../process/deadline.js';
import { readCopiedFiles } from '../../storage/copied-files.js';
import type { CopyFileState } from './copy-reports.js';

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
  const { audio, canvas, copy, gaps = [], segments, tracks, video } = entry;
  const untilMs = Math.round(Math.min(lastMs, endMs));
  return {
    ...entry,
    problem: entry.problem ?? problem,
    segments: segments.map((segment) => ({ ...segment, endMs: Math.round(endMs), packets: null })),
    tracks: tracks.map((track) => ({ ...track, untilMs: track.untilMs ?? Math.max(track.fromMs, untilMs) })),
    video: settled(video),
    audio: settled(audio),
    ...(copy !== undefined && {
      copy: { video: settledStream(copy.video), audio: settledStream(copy.audio) },
    }),
    // Where the file itself ends earlier, it is one gap with what is found to be missing there.
    gaps: canvas === null || copy?.video.isOn === false ? gaps : [...gaps, lostVideo(untilMs, endMs)],
  };
}

/** What a process that has ended knew of its files, and could not tell. */
export interface UntoldOf {
  /** Paths of its folders: its account of them is there. */
  readonly folders: Iterable<string>;
  readonly isKnown: (file: string) => boolean;
  /** Where the take has ended, on its timeline. */
  readonly endMs: number;
  /** Why the process has, in a sentence. */
  readonly problem: string;
}

/** Reads the entries of files that nobody was told of. Never rejects: a disk that does not answer has none. */
export async function untoldFiles({ endMs, folders, isKnown, problem }: UntoldOf): Promise<ManifestFile[]> {
  const read = await Promise.all(
    [...folders].map((folder) => inTime(readCopiedFiles(folder), leftPatienceMs)),
  );
  return read.flatMap((left) => {
    if (!left.isInTime || left.value === null) return [];
    const { files, takeMs } = left.value;
    return files
      .filter(({ file }) => !isKnown(file))
      .map((entry) => (isOpen(entry) ? endedEntry(entry, takeMs, endMs, problem) : entry));
  });
}

/** Whether nobody has counted it to its end. */
export function isOpen({ segments }: ManifestFile): boolean {
  return segments.some(({ endMs }) => endMs === null);
}

/** The same for screen and telemetry: nothing of it is recorded any more. */
export function endedSnapshot({ snapshot }: CopyFileState): CopyFileState['snapshot'] {
  if (snapshot === null) return null;
  const { audio, video } = snapshot;
  return {
    ...snapshot,
    isRecording: false,
    audio: { ...audio, isLive: false },
    video: video === null ? null : { ...video, isLive: false },
  };
}

function lostVideo(fromMs: number, endMs: number): LossGap {
  const durationMs = Math.max(0, Math.round(endMs) - fromMs);
  return { stream: 'video', atMs: fromMs, durationMs, cause: 'neverArrived', lostFrames: null };
}

function settled(account: Accounting): Accounting {
  const { dropped, queued } = account;
  return { ...account, queued: 0, dropped: { ...dropped, receiverLost: dropped.receiverLost + queued } };
}
