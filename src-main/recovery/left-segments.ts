import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { CopyAccount } from '../contract/copy-account.js';
import { dropCauseNames } from '../contract/drop-causes.js';
import type { Manifest, ManifestFile, Segment } from '../contract/manifest.js';
import type { SinkSnapshot } from '../contract/snapshot.js';
import { copySince } from './copy-since.js';
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

/**
 * The accounts as the last telemetry has them. What was on its way to an encoder then went with it. Telemetry counts a take
 * from its beginning: of a later part its earlier ones are taken off, and those stay as the manifest has them.
 *
 * @param files of the manifest
 */
export function lastAccounts(
  entry: ManifestFile,
  { snapshot }: LastMoments,
  files: readonly ManifestFile[] = [],
): ManifestFile {
  const earlier = earlierParts(entry, files);
  const sink = snapshot?.sinks.find(({ file }) => file === entry.file);
  const counted =
    sink === undefined
      ? null
      : {
          video:
            sink.video === null
              ? undefined
              : without(
                  sink.video.accounting,
                  earlier.map((one) => one.video),
                ),
          audio: without(
            sink.audio.accounting,
            earlier.map((one) => one.audio),
          ),
        };
  const later = sink !== undefined && (counted?.audio.received ?? 0) >= entry.audio.received;
  const { video, audio } = {
    video: (later ? counted?.video : undefined) ?? entry.video,
    audio: (later ? counted?.audio : undefined) ?? entry.audio,
  };
  const of = (figure: keyof PartFigures): number => earlier.reduce((sum, one) => sum + (one[figure] ?? 0), 0);
  const slotsSince = (figure: 'repeatedFrames' | 'emptySlots'): number | undefined => {
    const counts = sink?.video?.[figure];
    return counts === undefined ? entry[figure] : Math.max(0, counts - of(figure));
  };
  return {
    ...entry,
    video: settled(video, entry),
    audio: settled(audio, entry),
    ...(later && sink.copy !== undefined
      ? {
          copy: reachingAs(
            copySince(
              sink.copy,
              earlier.map(({ copy }) => copy).filter((copy) => copy !== undefined),
            ),
            entry,
            sink,
          ),
        }
      : {}),
    ...(later
      ? {
          audioSilenceMs: Math.max(0, Math.round(sink.audio.silenceMs) - of('audioSilenceMs')),
          audioLostMs: Math.max(0, Math.round(sink.audio.lostMs) - of('audioLostMs')),
          audioConcealedMs: Math.max(0, Math.round(sink.audio.concealedMs ?? 0) - of('audioConcealedMs')),
          missedFrames: Math.max(0, (sink.video?.missedFrames ?? entry.missedFrames) - of('missedFrames')),
          repeatedFrames: slotsSince('repeatedFrames'),
          emptySlots: slotsSince('emptySlots'),
          maxFrameGapMs: Math.round(sink.video?.maxFrameGapMs ?? entry.maxFrameGapMs),
        }
      : {}),
  };
}

type PartFigures = Pick<
  ManifestFile,
  'audioSilenceMs' | 'audioLostMs' | 'audioConcealedMs' | 'missedFrames' | 'repeatedFrames' | 'emptySlots'
>;

/** The files that the same tracks had before the take was split, and that were counted by whoever has counted this one. */
function earlierParts(
  { copy, identity, kind, part, trackNumber }: ManifestFile,
  files: readonly ManifestFile[],
): ManifestFile[] {
  const before = files.filter(
    (file) =>
      file.identity === identity &&
      file.kind === kind &&
      file.trackNumber === trackNumber &&
      // What is copied is counted anew from its first part on.
      (file.copy === undefined) === (copy === undefined) &&
      (file.part?.number ?? 1) < (part?.number ?? 1),
  );
  // Of a copied file that was not counted to its end the process was gone: another one began to count behind it.
  const isUncounted = (file: ManifestFile): boolean =>
    file.copy !== undefined && file.segments.some(({ packets }) => packets === null);
  const from = Math.max(0, ...before.filter(isUncounted).map((file) => file.part?.number ?? 1));
  return before.filter((file) => (file.part?.number ?? 1) > from);
}

function without(
  account: ManifestFile['video'],
  earlier: readonly ManifestFile['video'][],
): ManifestFile['video'] {
  const less = (value: number, of: (one: ManifestFile['video']) => number): number =>
    Math.max(0, value - earlier.reduce((sum, one) => sum + of(one), 0));
  const dropped = { ...account.dropped };
  for (const cause of dropCauseNames)
    dropped[cause] = less(account.dropped[cause], (one) => one.dropped[cause]);
  const written = less(account.written, (one) => one.written);
  const { queued } = account;
  // Parts that are older than their last manifest must not leave it unbalanced.
  const received = written + queued + Object.values(dropped).reduce((sum, frames) => sum + frames, 0);
  return { received, written, queued, dropped };
}

/** The accounts of a take that was being finalized: what was on its way to an encoder then went with it. */
export function settledAccounts(entry: ManifestFile): ManifestFile {
  return { ...entry, video: settled(entry.video, entry), audio: settled(entry.audio, entry) };
}

function settled(
  account: ManifestFile['video'],
  { copy }: Pick<ManifestFile, 'copy'>,
): ManifestFile['video'] {
  const { dropped, queued } = account;
  const cause = copy === undefined ? 'sinkFailed' : 'receiverLost';
  return { ...account, queued: 0, dropped: { ...dropped, [cause]: dropped[cause] + queued } };
}

/** Telemetry says what was on, and the manifest from when on there was something. */
function reachingAs(
  counted: CopyAccount,
  { copy, kind }: Pick<ManifestFile, 'copy' | 'kind'>,
  { audio, video }: Pick<SinkSnapshot, 'audio' | 'video'>,
): CopyAccount {
  const sentOf = (sent: CopyAccount['video']['sent']): Pick<CopyAccount['video'], 'sent'> =>
    sent === undefined ? {} : { sent };
  // Of a screen nobody knows what it would have sent.
  const isVideoOn = kind === 'participant' && video?.isLive === true;
  return {
    video: { ...counted.video, ...sentOf(copy?.video.sent), isOn: isVideoOn },
    audio: { ...counted.audio, ...sentOf(copy?.audio.sent), isOn: audio.isLive },
  };
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
