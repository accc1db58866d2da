import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestFile, Segment } from '../contract/manifest.js';
import { inTime } from '../process/deadline.js';
import { Mp4Scanner } from '../sink/mp4-scanner.js';
import { diskPatienceMs } from '../storage/take-folder.js';
import { answered } from './answered.js';
import type { Replay, ReplayFile, ReplaySegment } from './build-replay.js';
import { withCounts } from './replay-counts.js';

/** Who writes the files of a replay. */
export interface ReplayMedia {
  /** Of all of them. */
  readonly bytes: number;
  /** As they are known before they are written. */
  readonly entries: readonly ManifestFile[];
  /** Of a process of its own that writes them; left out where it is this one. */
  readonly writerPid?: number | undefined;
  /** Writes them into a folder. Rejects with a PlateauError. @returns their entries, with what was counted while they were written */
  readonly write: (folder: string) => Promise<ManifestFile[]>;
}

/** Those that encoders made, as segments of a take that has just been stopped. */
export function encodedMedia(replay: Pick<Replay, 'files'>): ReplayMedia {
  const { files } = replay;
  return {
    bytes: bytesOf(replay),
    entries: files.map(({ counted, entry, seamAudioMs }) => withCounts(entry, counted, seamAudioMs)),
    write: async (folder) => {
      const written: ManifestFile[] = [];
      for (const file of files) written.push(await writeFileOf(folder, file));
      return written;
    },
  };
}

async function writeFileOf(
  folder: string,
  { counted, entry, seamAudioMs, segments }: ReplayFile,
): Promise<ManifestFile> {
  const written: Segment[] = [];
  for (const [index, segment] of segments.entries()) {
    const packets = await writeSegment(folder, segment);
    const listed = entry.segments[index];
    if (listed !== undefined) written.push({ ...listed, packets });
  }
  return withCounts({ ...entry, segments: written }, counted, seamAudioMs);
}

/** Writes one after the other: each fragment is hashed while the disk takes the one before. */
async function writeSegment(
  folder: string,
  { file, fragments, head }: ReplaySegment,
): Promise<Segment['packets']> {
  const scanner = new Mp4Scanner();
  const handle = await answered(open(join(folder, file), 'wx'));
  try {
    for (const bytes of [head, ...fragments.map((fragment) => fragment.bytes)]) {
      const writing = answered(handle.writeFile(bytes));
      scanner.push(bytes);
      await writing;
    }
    await answered(handle.datasync());
  } finally {
    await inTime(
      handle.close().catch(() => undefined),
      diskPatienceMs,
    );
  }
  return scanner.count();
}

/** Bytes of its files. */
function bytesOf({ files }: Pick<Replay, 'files'>): number {
  let bytes = 0;
  for (const { segments } of files)
    for (const { fragments, head } of segments)
      bytes += fragments.reduce((sum, fragment) => sum + fragment.bytes.length, head.length);
  return bytes;
}
