import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Manifest, ManifestFile, Segment } from '../contract/manifest.js';
import type { LastMoments } from './crash-moment.js';

/**
 * The segments of a file as a crash left them: those of the manifest, and those on the disk that it does not name yet.
 * One that had not ended by then ends where the next one begins, or at the crash.
 *
 * @param endMs where the take ends on its timeline
 */
export async function leftSegments(
  folder: string,
  manifest: Manifest,
  entry: ManifestFile,
  endMs: number,
): Promise<Segment[]> {
  const known = new Set(entry.segments.map(({ file }) => file));
  const found: Segment[] = [...entry.segments];
  for (const file of await grownFiles(folder, entry.file)) {
    if (known.has(file)) continue;
    const startMs = await createdMs(join(folder, file), manifest);
    found.push({ file, startMs, endMs: null });
  }
  const ordered = found.toSorted((a, b) => a.startMs - b.startMs);
  return ordered.map((segment, index) => {
    const nextMs = ordered[index + 1]?.startMs ?? Infinity;
    return { ...segment, endMs: segment.endMs ?? Math.max(segment.startMs, Math.min(nextMs, endMs)) };
  });
}

/** The accounts as the last telemetry has them. What was on its way to an encoder then went with it. */
export function lastAccounts(entry: ManifestFile, { snapshot }: LastMoments): ManifestFile {
  const sink = snapshot?.sinks.find(({ file }) => file === entry.file);
  const later = sink !== undefined && sink.audio.accounting.received >= entry.audio.received;
  const { video, audio } = {
    video: (later ? sink.video?.accounting : undefined) ?? entry.video,
    audio: later ? sink.audio.accounting : entry.audio,
  };
  return {
    ...entry,
    video: settled(video),
    audio: settled(audio),
    ...(later
      ? {
          audioSilenceMs: Math.round(sink.audio.silenceMs),
          audioLostMs: Math.round(sink.audio.lostMs),
          audioConcealedMs: Math.round(sink.audio.concealedMs ?? 0),
          missedFrames: sink.video?.missedFrames ?? entry.missedFrames,
          repeatedFrames: sink.video?.repeatedFrames ?? entry.repeatedFrames,
          maxFrameGapMs: Math.round(sink.video?.maxFrameGapMs ?? entry.maxFrameGapMs),
        }
      : {}),
  };
}

function settled(account: ManifestFile['video']): ManifestFile['video'] {
  const { dropped, queued } = account;
  return { ...account, queued: 0, dropped: { ...dropped, sinkFailed: dropped.sinkFailed + queued } };
}

/** Segments without video have an extension of their own. */
const siblings: Readonly<Record<string, readonly string[]>> = {
  '.mp4': ['.mp4', '.m4a'],
  '.m4a': ['.mp4', '.m4a'],
  '.mkv': ['.mkv', '.mka'],
  '.mka': ['.mkv', '.mka'],
};

/** `ada.mp4`, `ada.part2.mp4`, `ada.m4a`: what encoders of one file wrote. */
async function grownFiles(folder: string, file: string): Promise<string[]> {
  const extension = extname(file);
  const stem = file.slice(0, file.length - extension.length);
  const extensions = siblings[extension] ?? [extension];
  const names = await readdir(folder);
  return names.filter((name) => {
    if (!extensions.includes(extname(name))) return false;
    const rest = name.slice(0, name.length - extname(name).length);
    return rest === stem || (rest.startsWith(`${stem}.part`) && /^\d+$/.test(rest.slice(stem.length + 5)));
  });
}

/** An encoder's file is made in the moment at which its segment begins. */
async function createdMs(path: string, { startedAt }: Manifest): Promise<number> {
  const { birthtimeMs } = await stat(path);
  return Math.max(0, Math.round(birthtimeMs - Date.parse(startedAt)));
}
